/** Encodes the chunks of one input, in their order, whatever their form. */
import type { TableDescriptor } from "@crv/core";
import type { RecordBatch } from "apache-arrow";
import type { InputChunk } from "../input/chunk-reader.js";
import { ArrowEncoder } from "./arrow-encoder.js";
import { ColumnNames } from "./column-names.js";
import { inputShape } from "./input-shape.js";
import { RowEncoder } from "./row-encoder.js";

export class InputEncoder {
  readonly #names: ColumnNames;
  readonly #rows: RowEncoder;
  readonly #batches: ArrowEncoder;
  #rowCount = 0;

  /** @param isStrict Whether columns that the table does not have are refused. */
  constructor(table: TableDescriptor, isStrict: boolean) {
    const shape = inputShape(table);
    this.#names = new ColumnNames(shape, isStrict);
    this.#rows = new RowEncoder(shape, this.#names);
    this.#batches = new ArrowEncoder(shape, this.#names);
  }

  /** Columns of the input that were left out so far. */
  get ignoredColumns(): readonly string[] {
    return this.#names.ignored;
  }

  /** @throws IoSchemaError naming the row by its index in the whole input. */
  encode(chunk: InputChunk): RecordBatch {
    const batch =
      chunk.kind === "rows"
        ? this.#rows.encode(chunk.rows, this.#rowCount)
        : this.#batches.encode(chunk.batch, this.#rowCount);
    this.#rowCount += batch.numRows;
    return batch;
  }
}
