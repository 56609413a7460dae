/** Histories as a correct store would give them: random, with transactions at once, strictly serial. */
import { type SeededRandom, seededRandom } from "@crv/storage-trait/testing";
import type { History, ListKey, Step, Transaction } from "./history.js";

export interface GenerateOptions {
  readonly seed: number;
  readonly transactions: number;
  /** Transactions under way at once. */
  readonly atOnce: number;
}

/** A list that is this long is left, and its place taken by a new key: so reads stay short. */
const LIST_LENGTH_MAX = 12;
const KEYS_AT_ONCE = 8;
const STEPS_MAX = 4;

interface Begun {
  readonly began: number;
  readonly steps: Step[];
  outcome: Transaction["outcome"] | undefined;
}

/** Each transaction takes effect as a whole at one moment between its begin and its end. */
export function generateHistory({ seed, transactions, atOnce }: GenerateOptions): History {
  const random = seededRandom(seed);
  const lists = new GeneratedLists(random);
  const history: Transaction[] = [];
  const underWay: Begun[] = [];
  let begun = 0;
  for (let now = 0; history.length < transactions; now++) {
    if (begun < transactions && underWay.length < atOnce && random.fraction() < 0.6) {
      underWay.push({ began: now, steps: [], outcome: undefined });
      begun++;
      continue;
    }
    if (underWay.length === 0) continue;
    const index = random.integer(underWay.length);
    const one = underWay[index] as Begun;
    if (one.outcome === undefined) {
      takeEffect(one, lists, random);
      continue;
    }
    underWay.splice(index, 1);
    const ended = one.outcome === "unknown" ? Number.POSITIVE_INFINITY : now;
    history.push({ steps: one.steps, began: one.began, ended, outcome: one.outcome });
  }
  return history;
}

function takeEffect(one: Begun, lists: GeneratedLists, random: SeededRandom): void {
  const luck = random.fraction();
  one.outcome = luck < 0.9 ? "committed" : luck < 0.95 ? "aborted" : "unknown";
  // Of the unknown, some took effect.
  const isEffective = one.outcome === "committed" || (one.outcome === "unknown" && luck < 0.975);
  const reads = 1 + random.integer(STEPS_MAX);
  for (const key of lists.someKeys(reads)) {
    if (random.fraction() < 0.5) one.steps.push({ kind: "read", key, list: lists.read(key) });
  }
  for (const key of lists.someKeys(1 + random.integer(STEPS_MAX))) {
    const value = lists.nextValue++;
    one.steps.push({ kind: "append", key, value });
    if (isEffective) lists.append(key, value);
  }
}

class GeneratedLists {
  nextValue = 1;
  readonly #random: SeededRandom;
  readonly #lists = new Map<ListKey, readonly number[]>();
  #keyCount = 0;

  constructor(random: SeededRandom) {
    this.#random = random;
    for (let i = 0; i < KEYS_AT_ONCE; i++) this.#addKey();
  }

  someKeys(count: number): readonly ListKey[] {
    const keys = [...this.#lists.keys()];
    return [...new Set(Array.from({ length: count }, () => this.#random.pick(keys)))];
  }

  read(key: ListKey): readonly number[] {
    return this.#lists.get(key) ?? [];
  }

  append(key: ListKey, value: number): void {
    const list = [...this.read(key), value];
    if (list.length <= LIST_LENGTH_MAX) {
      this.#lists.set(key, list);
      return;
    }
    // Nobody reads it any more, so nothing can be told of this append.
    this.#lists.delete(key);
    this.#addKey();
  }

  #addKey(): void {
    this.#lists.set(`key ${this.#keyCount++}`, []);
  }
}
