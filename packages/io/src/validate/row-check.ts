/** The search for bad rows in one input, which ends when enough were found. */
import { IoSchemaError, show, type TableDescriptor } from "@crv/core";
import { type BrokenRule, formatBrokenRule } from "@crv/core/models";
import type { RecordBatch } from "apache-arrow";
import { checkOptions } from "../known-keys.js";
import { rowsOfBatch } from "../read/rows-of-batch.js";
import { TableRules } from "./table-rules.js";

/** As many as fit a screen, with what is wrong with each. */
const BAD_ROWS_MAX = 10;

/** Broken rules that a message says; all are in its details. */
const SAID_MAX = 3;

/**
 * Whether rows are checked by the model of their table, one by one: true, or how many bad rows are
 * reported at most (10).
 */
export type ValidateRows = boolean | { readonly badRowsMax?: number };

/** One rule that one row breaks. */
export interface BadRow extends BrokenRule {
  /** Counts from 0 over the whole input. */
  readonly row: number;
}

export class RowCheck {
  readonly #table: TableDescriptor;
  readonly #rules: TableRules;
  readonly #badRowsMax: number;
  readonly #bad: BadRow[] = [];
  #badRowCount = 0;
  #rowCount = 0;

  private constructor(table: TableDescriptor, isStrict: boolean, badRowsMax: number) {
    this.#table = table;
    this.#rules = new TableRules(table, isStrict);
    this.#badRowsMax = badRowsMax;
  }

  /** Undefined when rows are not to be checked. */
  static of(
    table: TableDescriptor,
    isStrict: boolean,
    validateRows: ValidateRows = false,
  ): RowCheck | undefined {
    if (validateRows === false) return undefined;
    const { badRowsMax = BAD_ROWS_MAX } = validateRows === true ? {} : validateRows;
    return new RowCheck(table, isStrict, badRowsMax);
  }

  get hasBadRows(): boolean {
    return this.#badRowCount > 0;
  }

  /** Whether no more are to be reported. */
  get isFull(): boolean {
    return this.#badRowCount >= this.#badRowsMax;
  }

  /** Judges the next rows of the input. */
  addRows(rows: readonly unknown[]): void {
    const firstRow = this.#rowCount;
    this.#rowCount += rows.length;
    for (let index = 0; index < rows.length && !this.isFull; index++) {
      const broken = this.#rules.broken(rows[index]);
      if (broken.length === 0) continue;
      this.#badRowCount += 1;
      this.#bad.push(...broken.map((rule) => ({ row: firstRow + index, ...rule })));
    }
  }

  /** As {@link addRows}, of an encoded batch: its columns hold what they may already. */
  addBatch(batch: RecordBatch): void {
    if (this.#rules.hasModel) {
      this.addRows(rowsOfBatch(batch, this.#table, "bigint", this.#rowCount));
    } else {
      this.#rowCount += batch.numRows;
    }
  }

  /** @throws IoSchemaError `INVALID_ROW` when there are bad rows. */
  end(): void {
    if (!this.hasBadRows) return;
    const count = this.#badRowCount;
    const said = this.#bad
      .slice(0, SAID_MAX)
      .map((each) => `row ${each.row}: ${formatBrokenRule(each)}`);
    const more = this.#bad.length > SAID_MAX ? "; …" : "";
    throw new IoSchemaError(
      "INVALID_ROW",
      `${this.isFull ? "at least " : ""}${count} ${count === 1 ? "row breaks" : "rows break"} rules of table "${this.#table.name}": ${said.join("; ")}${more}`,
      {
        details: {
          table: this.#table.name,
          badRows: this.#bad,
          badRowsMax: this.#badRowsMax,
        },
      },
    );
  }
}

/** @throws IoSchemaError `INVALID_ARGUMENT`. */
export function checkValidateRows(value: ValidateRows | undefined): void {
  if (value === undefined || typeof value === "boolean") return;
  checkOptions("validateRows", value, ["badRowsMax"]);
  const { badRowsMax } = value;
  if (badRowsMax === undefined || (Number.isSafeInteger(badRowsMax) && badRowsMax >= 1)) return;
  throw new IoSchemaError(
    "INVALID_ARGUMENT",
    `badRowsMax must be a whole number of rows, at least 1 (got: ${show(badRowsMax)})`,
    { details: { option: "badRowsMax", value: badRowsMax } },
  );
}
