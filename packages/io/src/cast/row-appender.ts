/**
 * Takes the rows of one table one at a time, straight into column builders: no row is kept. A row is
 * checked whole, by the rules of `append`, before the first of its values is appended.
 */
import type { TableDescriptor } from "@crv/core";
import { batchOf, builderForType, type ColumnBuilder, type PhysicalValue } from "@crv/core/arrow";
import type { RecordBatch } from "apache-arrow";
import { ColumnNames } from "./column-names.js";
import { type InputColumn, type InputShape, inputShape } from "./input-shape.js";
import { ownValue } from "./own-value.js";
import { refuseValue } from "./refuse-value.js";
import { absentValue, checkRowObject, type Row } from "./row-objects.js";
import { fixedSizeBytes, storedSizeBytes } from "./stored-size.js";

interface Appender {
  readonly column: InputColumn;
  readonly builder: ColumnBuilder;
  /** Undefined where each value has its own. */
  readonly sizeBytes: number | undefined;
  /** A member of every object has this name, too. */
  readonly isInherited: boolean;
}

type StoredRow = (PhysicalValue | null)[];

export class RowAppender {
  readonly #shape: InputShape;
  readonly #names: ColumnNames;
  readonly #columns: readonly Appender[];
  /** Keys of the last row whose keys were all known: nearly every row has them in this order. */
  #keys: readonly string[] = [];
  /** Taken while a row is cast: reading a row may run code of the caller, which may write another. */
  #spare: StoredRow | undefined;
  /** Of all batches, for messages. */
  #rowCount = 0;
  #batchRows = 0;

  /** @param isStrict Whether columns that the table does not have are refused. */
  constructor(table: TableDescriptor, isStrict: boolean) {
    this.#shape = inputShape(table);
    this.#names = new ColumnNames(this.#shape, isStrict);
    this.#columns = this.#shape.columns.map((column) => ({
      column,
      builder: builderForType(column.field.type),
      sizeBytes: fixedSizeBytes(column.type),
      isInherited: column.name in Object.prototype,
    }));
  }

  /** Columns of the rows that were left out so far. */
  get ignoredColumns(): readonly string[] {
    return this.#names.ignored;
  }

  /**
   * Appends one row and returns its size in bytes, an estimate.
   *
   * @param admit Told the size of a row that is right; may refuse it by throwing.
   * @throws IoSchemaError As `append` of this row alone; then nothing was appended.
   */
  append(row: unknown, admit: (sizeBytes: number) => void): number {
    checkRowObject(row, this.#rowCount);
    this.#checkKeys(row);
    const stored = this.#spare ?? new Array<PhysicalValue | null>(this.#columns.length);
    this.#spare = undefined;
    const sizeBytes = this.#cast(row, stored);
    admit(sizeBytes);
    for (let index = 0; index < this.#columns.length; index++) {
      const { builder } = this.#columns[index] as Appender;
      const value = stored[index] as PhysicalValue | null;
      if (value === null) builder.appendNulls(1);
      else builder.appendValue(value);
    }
    this.#spare = stored;
    this.#rowCount++;
    this.#batchRows++;
    return sizeBytes;
  }

  /** The rows since the last call; undefined when there are none. */
  finish(): RecordBatch | undefined {
    const rows = this.#batchRows;
    if (rows === 0) return undefined;
    this.#batchRows = 0;
    return batchOf(
      this.#shape.schema,
      rows,
      this.#columns.map(({ builder }) => builder.finish()),
    );
  }

  #cast(row: Row, stored: StoredRow): number {
    let bytes = 0;
    for (let index = 0; index < this.#columns.length; index++) {
      const { column, sizeBytes, isInherited } = this.#columns[index] as Appender;
      const given = isInherited ? ownValue(row, column.name) : row[column.name];
      let value: PhysicalValue | null | undefined = null;
      if (given !== undefined && given !== null) {
        value = column.rule.cast(given);
        if (value === undefined) throw refuseValue(column, this.#rowCount, given);
      } else if (column.isRequired) {
        throw absentValue(this.#shape, column.name, [row], this.#rowCount);
      }
      stored[index] = value;
      bytes += sizeBytes ?? storedSizeBytes(value);
    }
    return bytes;
  }

  #checkKeys(row: Row): void {
    let index = 0;
    for (const key in row) {
      if (key !== this.#keys[index]) {
        this.#names.checkRows([row], this.#rowCount);
        this.#keys = this.#knownKeys(row);
        return;
      }
      index++;
    }
  }

  /** Only as far as each is a column: any other key must be looked at in every row. */
  #knownKeys(row: Row): readonly string[] {
    const keys: string[] = [];
    for (const key in row) {
      if (!this.#shape.allowed.includes(key)) break;
      keys.push(key);
    }
    return keys;
  }
}
