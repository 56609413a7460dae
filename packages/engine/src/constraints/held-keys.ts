/** Keys that a check holds, with a count for each, and where in a table they may be. */
import type { Predicate, Scalar } from "@crv/core";
import { KeyReach } from "../key-reach.js";

export class HeldKeys {
  readonly #counts = new Map<string, number>();
  readonly #reach: KeyReach;

  /** @param width Number of columns of a key. */
  constructor(width: number) {
    this.#reach = new KeyReach(width);
  }

  get size(): number {
    return this.#counts.size;
  }

  /** Each key that is held, with its count. */
  entries(): readonly (readonly [key: string, count: number])[] {
    return [...this.#counts];
  }

  has(key: string): boolean {
    return this.#counts.has(key);
  }

  /** Holds the key, counted 0 times; one that is held already keeps its count. */
  add(key: string, values: readonly Scalar[]): void {
    if (this.#counts.has(key)) return;
    this.#counts.set(key, 0);
    for (const [column, value] of values.entries()) this.#reach.add(column, value);
  }

  /** Counts a key that is held once more; others are not counted. */
  count(key: string): void {
    const count = this.#counts.get(key);
    if (count !== undefined) this.#counts.set(key, count + 1);
  }

  delete(key: string): void {
    this.#counts.delete(key);
  }

  /** True of every row whose `columns` hold one of the keys. Requires: a key was added. */
  reach(columns: readonly string[]): Predicate {
    return this.#reach.predicate(columns);
  }
}
