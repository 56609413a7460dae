/** Who appended what, and the order of the appends of each key, as far as reads show it. */
import type { Anomaly, AnomalyKind, History, ListKey, Transaction } from "./history.js";

/** Orders and writers of one key. */
export interface ListIndex {
  /** The longest list that was read. */
  readonly order: readonly number[];
  /** Transaction that appended each value; values of aborted ones included. */
  readonly writers: ReadonlyMap<number, number>;
  /** The last value that each transaction appended. */
  readonly finals: ReadonlyMap<number, number>;
}

export interface IndexedHistory {
  readonly lists: ReadonlyMap<ListKey, ListIndex>;
  readonly anomalies: readonly Anomaly[];
  /** Reads that are anomalies themselves: nothing is concluded from them. */
  readonly distrusted: ReadonlySet<object>;
}

interface GrowingIndex {
  order: readonly number[];
  orderedBy: number;
  readonly writers: Map<number, number>;
  readonly finals: Map<number, number>;
  /** When the newest read of the key began, of those that can be trusted. */
  readAt: number;
}

export function indexHistory(history: History): IndexedHistory {
  const lists = new Map<ListKey, GrowingIndex>();
  const anomalies: Anomaly[] = [];
  const distrusted = new Set<object>();
  const report = (kind: AnomalyKind, transactions: readonly number[], why: string): void => {
    anomalies.push({ kind, transactions, why });
  };
  indexAppends(history, lists);
  for (const [reader, transaction] of history.entries()) {
    if (transaction.outcome !== "committed") continue;
    for (const step of transaction.steps) {
      if (step.kind !== "read") continue;
      const index = indexOf(lists, step.key);
      const flaw = findFlaw(history, index, step.list, reader);
      if (flaw) {
        distrusted.add(step);
        report(flaw.kind, flaw.transactions, `${step.key}: ${flaw.why}`);
        continue;
      }
      index.readAt = Math.max(index.readAt, transaction.began);
      if (step.list.length > index.order.length) {
        if (!isPrefix(index.order, step.list))
          report("incompatible-order", [index.orderedBy, reader], `${step.key}: two orders`);
        index.order = step.list;
        index.orderedBy = reader;
      } else if (!isPrefix(step.list, index.order)) {
        distrusted.add(step);
        report("incompatible-order", [index.orderedBy, reader], `${step.key}: two orders`);
      }
    }
  }
  findLostWrites(history, lists, report);
  return { lists, anomalies, distrusted };
}

function indexAppends(history: History, lists: Map<ListKey, GrowingIndex>): void {
  for (const [writer, { steps }] of history.entries()) {
    for (const step of steps) {
      if (step.kind !== "append") continue;
      const { writers, finals } = indexOf(lists, step.key);
      if (writers.has(step.value)) throw new RangeError(`${step.value} is appended twice`);
      writers.set(step.value, writer);
      finals.set(writer, step.value);
    }
  }
}

function indexOf(lists: Map<ListKey, GrowingIndex>, key: ListKey): GrowingIndex {
  const known = lists.get(key);
  if (known) return known;
  const index: GrowingIndex = {
    order: [],
    orderedBy: -1,
    writers: new Map(),
    finals: new Map(),
    readAt: Number.NEGATIVE_INFINITY,
  };
  lists.set(key, index);
  return index;
}

/** What is wrong with one read by itself. */
function findFlaw(
  history: History,
  { writers, finals }: GrowingIndex,
  list: readonly number[],
  reader: number,
): Anomaly | undefined {
  if (new Set(list).size < list.length)
    return { kind: "phantom-value", transactions: [reader], why: "a value is there twice" };
  for (const value of list) {
    const writer = writers.get(value);
    if (writer === undefined)
      return { kind: "phantom-value", transactions: [reader], why: `nobody appended ${value}` };
    if (history[writer]?.outcome === "aborted")
      return { kind: "aborted-read", transactions: [writer, reader], why: `${value} was aborted` };
  }
  for (const [i, value] of list.entries()) {
    const writer = writers.get(value) as number;
    const next = list[i + 1];
    const goesOn = next !== undefined && writers.get(next) === writer;
    if (writer !== reader && finals.get(writer) !== value && !goesOn)
      return {
        kind: "intermediate-read",
        transactions: [writer, reader],
        why: `the writer of ${value} had not ended`,
      };
  }
  return undefined;
}

/** Acknowledged appends that are in no list, though their key was read afterwards. */
function findLostWrites(
  history: History,
  lists: ReadonlyMap<ListKey, GrowingIndex>,
  report: (kind: AnomalyKind, transactions: readonly number[], why: string) => void,
): void {
  for (const [key, { order, writers, readAt }] of lists) {
    const seen = new Set(order);
    for (const [value, writer] of writers) {
      const { outcome, ended } = history[writer] as Transaction;
      if (outcome === "committed" && ended < readAt && !seen.has(value))
        report("lost-write", [writer], `${key}: ${value} is gone`);
    }
  }
}

function isPrefix(short: readonly number[], long: readonly number[]): boolean {
  return short.every((value, i) => long[i] === value);
}
