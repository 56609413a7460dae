/** The rules of one table for single rows: those of its model, if it has one, and of its columns. */
import { BUCKET_COLUMN, isTableName, show, type TableDescriptor } from "@crv/core";
import { type BrokenRule, checkRow } from "@crv/core/models";
import { type InputColumn, inputShape } from "../cast/input-shape.js";
import { ownValue } from "../cast/own-value.js";

type Row = Readonly<Record<string, unknown>>;

export class TableRules {
  readonly #table: string;
  readonly #columns: readonly InputColumn[];
  readonly #allowed: ReadonlySet<string>;
  readonly #isStrict: boolean;

  /** @param isStrict Whether columns that the table does not have break a rule. */
  constructor(table: TableDescriptor, isStrict: boolean) {
    const { columns, allowed } = inputShape(table);
    this.#table = table.name;
    this.#columns = columns;
    this.#allowed = new Set(allowed);
    this.#isStrict = isStrict;
  }

  /** Whether there is more to check than what columns hold. */
  get hasModel(): boolean {
    return isTableName(this.#table);
  }

  /** The rules that `given` breaks; those of the columns only when it keeps those of the model. */
  broken(given: unknown): readonly BrokenRule[] {
    if (typeof given !== "object" || given === null || Array.isArray(given)) {
      return [
        { column: "", value: given, rule: "must be an object, one property for each column" },
      ];
    }
    const row = this.#judged(given as Row);
    const ofModel = this.#brokenOfModel(row);
    return ofModel.length > 0 ? ofModel : this.#brokenOfColumns(row);
  }

  /** Without what is no part of the row: the bucket, what is undefined, what is left out anyhow. */
  #judged(row: Row): Row {
    const columns = Object.entries(row).filter(
      ([column, value]) =>
        column !== BUCKET_COLUMN &&
        value !== undefined &&
        (this.#isStrict || this.#allowed.has(column)),
    );
    return Object.fromEntries(columns);
  }

  /** A word that the model would write differently is told: rows are stored as they are given. */
  #brokenOfModel(given: Row): readonly BrokenRule[] {
    if (!isTableName(this.#table)) return [];
    const { broken, row } = checkRow(this.#table, given);
    if (broken !== undefined) return broken;
    return Object.entries(row).flatMap(([column, value]) => {
      if (typeof value !== "string" || value === given[column]) return [];
      return [{ column, value: given[column], rule: `must be written ${show(value)}` }];
    });
  }

  #brokenOfColumns(row: Row): readonly BrokenRule[] {
    const unknown = Object.keys(row).filter((column) => !this.#allowed.has(column));
    return [
      ...unknown.map((column) => ({ column, value: row[column], rule: "does not exist" })),
      ...this.#columns.flatMap((column) => brokenOfColumn(column, ownValue(row, column.name))),
    ];
  }
}

function brokenOfColumn(
  { name: column, isRequired, rule }: InputColumn,
  value: unknown,
): readonly BrokenRule[] {
  if (value === undefined || value === null) {
    return isRequired ? [{ column, value, rule: "is required" }] : [];
  }
  if (rule.cast(value) !== undefined) return [];
  return [{ column, value, rule: `cannot hold this: ${rule.remedy(value)}` }];
}
