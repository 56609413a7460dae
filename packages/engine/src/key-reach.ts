/** Which parts may hold some keys: the one place that knows how parts are skipped by keys. Pure. */
import type { PartEntry, Predicate, Scalar } from "@crv/core";
import { pruneParts } from "./scan/prune.js";
import { orderOf } from "./scan/scalar-order.js";

/** Above so many values a range says almost as much as the list, and costs less to check. */
const LISTED_VALUES_MAX = 2048;

/** What is known of a set of keys, whatever their number: values column by column. */
export class KeyReach {
  readonly #columns: readonly ColumnReach[];

  /** @param width Number of columns of a key. */
  constructor(width: number) {
    this.#columns = Array.from({ length: width }, () => new ColumnReach());
  }

  /** @param column Of the key, from 0. */
  add(column: number, value: Scalar): void {
    this.#columns[column]?.add(value);
  }

  /**
   * True of every row whose `columns` hold one of the keys, and of as few others as is cheap to tell.
   * Requires: at least one key.
   */
  predicate(columns: readonly string[]): Predicate {
    return {
      kind: "and",
      of: this.#columns.map((reach, i) => reach.predicate(columns[i] as string)),
    };
  }
}

/** Those of `parts` that may hold rows which `reach` is true of, in the same order. */
export function partsReaching(parts: readonly PartEntry[], reach: Predicate): readonly PartEntry[] {
  return pruneParts(parts, { filter: reach });
}

class ColumnReach {
  readonly #values = new Set<Scalar>();
  #min: Scalar | undefined;
  #max: Scalar | undefined;

  add(value: Scalar): void {
    if (this.#values.size <= LISTED_VALUES_MAX) this.#values.add(value);
    if (this.#min === undefined || (orderOf(value, this.#min) ?? 0) < 0) this.#min = value;
    if (this.#max === undefined || (orderOf(value, this.#max) ?? 0) > 0) this.#max = value;
  }

  predicate(column: string): Predicate {
    if (this.#values.size <= LISTED_VALUES_MAX) {
      return { kind: "in", column, values: [...this.#values] };
    }
    return {
      kind: "and",
      of: [
        { kind: "compare", column, op: "ge", value: this.#min as Scalar },
        { kind: "compare", column, op: "le", value: this.#max as Scalar },
      ],
    };
  }
}
