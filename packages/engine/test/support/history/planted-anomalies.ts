/** One example of each class of anomaly, on keys of its own: what the checker must find, and only that. */
import type { AnomalyKind, History, Step, Transaction } from "./history.js";

interface Planted {
  readonly kind: AnomalyKind;
  readonly why: string;
  readonly transactions: readonly Transaction[];
}

const NEVER = Number.POSITIVE_INFINITY;

/** Times of a planted anomaly start here; values and keys are its own. */
const START = 1e12;
const X = "planted x";
const Y = "planted y";
const [ONE, TWO, THREE] = [-1, -2, -3];

export const PLANTED_ANOMALIES: readonly Planted[] = [
  {
    kind: "lost-write",
    why: "an append is acknowledged, and a later read does not have it",
    transactions: [told(0, 1, append(X, ONE)), told(2, 3, read(X))],
  },
  {
    kind: "aborted-read",
    why: "an append was refused, and is read",
    transactions: [{ ...told(0, 1, append(X, ONE)), outcome: "aborted" }, told(2, 3, read(X, ONE))],
  },
  {
    kind: "intermediate-read",
    why: "one of two appends of a transaction is read",
    transactions: [
      told(0, 5, append(X, ONE), append(X, TWO)),
      told(1, 2, read(X, ONE)),
      told(6, 7, read(X, ONE, TWO)),
    ],
  },
  {
    kind: "phantom-value",
    why: "an append is applied twice",
    transactions: [told(0, 1, append(X, ONE)), told(2, 3, read(X, ONE, ONE))],
  },
  {
    kind: "incompatible-order",
    why: "two readers see two orders",
    transactions: [
      told(0, 4, append(X, ONE)),
      told(1, 5, append(X, TWO)),
      told(6, 8, read(X, ONE, TWO)),
      told(7, 9, read(X, TWO, ONE)),
    ],
  },
  {
    kind: "G0",
    why: "the tables of two commits were written in two orders",
    transactions: [
      told(0, 2, append(X, ONE), append(Y, ONE)),
      told(1, 3, append(X, TWO), append(Y, TWO)),
      told(4, 5, read(X, ONE, TWO), read(Y, TWO, ONE)),
    ],
  },
  {
    kind: "G1c",
    why: "two transactions read each other's appends",
    transactions: [
      told(0, 2, append(X, ONE), read(Y, TWO)),
      told(1, 3, append(Y, TWO), read(X, ONE)),
    ],
  },
  {
    kind: "G-single",
    why: "a reader sees one table before a commit and the other after it",
    transactions: [
      told(0, 2, read(X), read(Y, ONE)),
      told(1, 3, append(X, ONE), append(Y, ONE)),
      told(4, 5, read(X, ONE)),
    ],
  },
  {
    kind: "G-single",
    why: "two read a list and both append to it: an update is lost",
    transactions: [
      told(0, 2, read(X), append(X, ONE)),
      told(1, 3, read(X), append(X, TWO)),
      told(4, 5, read(X, ONE, TWO)),
    ],
  },
  {
    kind: "G2",
    why: "each reads what the other writes: write skew",
    transactions: [
      told(0, 2, read(X), append(Y, ONE)),
      told(1, 3, read(Y), append(X, TWO)),
      told(4, 5, read(X, TWO), read(Y, ONE)),
    ],
  },
  {
    kind: "real-time",
    why: "a later commit comes before an earlier one",
    transactions: [
      told(0, 1, append(X, ONE)),
      told(2, 3, append(X, TWO)),
      told(4, 5, read(X, TWO, ONE)),
    ],
  },
  {
    kind: "real-time",
    why: "a read is of a snapshot from before an acknowledged commit",
    transactions: [
      told(0, 1, append(X, ONE)),
      told(2, 3, append(X, THREE)),
      told(4, 5, read(X, ONE)),
      told(6, 7, read(X, ONE, THREE)),
    ],
  },
];

/** `history` with `planted` after it, or with its transactions among the others' numbers. */
export function plant(history: History, { transactions }: Planted): History {
  const middle = history.length >> 1;
  return [...history.slice(0, middle), ...transactions, ...history.slice(middle)];
}

/** An operation that nobody was told of may have happened, or not: neither is an anomaly. */
export const UNTOLD: readonly Transaction[] = [
  { ...told(0, NEVER, append(X, ONE)), outcome: "unknown" },
  { ...told(1, NEVER, append(X, TWO)), outcome: "unknown" },
  told(2, 3, read(X)),
  told(4, 5, read(X, TWO)),
];

function told(began: number, ended: number, ...steps: Step[]): Transaction {
  return { steps, began: START + began, ended: START + ended, outcome: "committed" };
}

function read(key: string, ...list: number[]): Step {
  return { kind: "read", key, list };
}

function append(key: string, value: number): Step {
  return { kind: "append", key, value };
}
