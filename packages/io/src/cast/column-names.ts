/** Compares the columns of the input with those of the table. */
import { unexpectedColumns } from "../validate/refusals.js";
import type { InputShape } from "./input-shape.js";

/** Keeps account of columns that the table does not have. */
export class ColumnNames {
  readonly #shape: InputShape;
  readonly #allowed: ReadonlySet<string>;
  readonly #isStrict: boolean;
  readonly #ignored = new Set<string>();

  /** @param isStrict Whether such columns are refused; otherwise they are left out. */
  constructor(shape: InputShape, isStrict: boolean) {
    this.#shape = shape;
    this.#allowed = new Set(shape.allowed);
    this.#isStrict = isStrict;
  }

  /** Columns that were left out so far, in order of appearance. */
  get ignored(): readonly string[] {
    return [...this.#ignored];
  }

  /** @throws IoSchemaError `UNEXPECTED_COLUMN` naming all unexpected ones of `names`. */
  check(names: readonly string[]): void {
    const unexpected = names.filter((name) => !this.#allowed.has(name));
    this.#meet(unexpected, undefined);
  }

  /**
   * As {@link check}, of every row: an unknown key in any of them is found. A member that is
   * undefined counts as absent.
   */
  checkRows(rows: readonly Readonly<Record<string, unknown>>[], firstRow: number): void {
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index] as Readonly<Record<string, unknown>>;
      for (const key in row) {
        if (this.#allowed.has(key) || row[key] === undefined) continue;
        const unexpected = Object.keys(row).filter((name) => !this.#allowed.has(name));
        this.#meet(unexpected, firstRow + index);
        break;
      }
    }
  }

  #meet(unexpected: readonly string[], row: number | undefined): void {
    if (unexpected.length === 0) return;
    const { table, allowed } = this.#shape;
    if (this.#isStrict) throw unexpectedColumns(table, unexpected, allowed, row);
    for (const name of unexpected) this.#ignored.add(name);
  }
}
