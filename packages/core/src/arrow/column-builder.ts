/**
 * Builders of one Arrow column. One set of classes serves both sources of rows: JavaScript values
 * (checked before they come here) and other Arrow columns.
 */
import type { Data } from "apache-arrow";
import type { RowSelection } from "./row-selection.js";

export type VectorValue = Float32Array | Float64Array | Int32Array | BigInt64Array;

/**
 * A checked value, as it is stored: i64 and timestamp (microseconds) as bigint or safe integer, an
 * open struct as JSON text, a declared struct as its fields in order.
 */
export type PhysicalValue =
  | number
  | bigint
  | string
  | boolean
  | Uint8Array
  | VectorValue
  | readonly (PhysicalValue | null)[];

export interface ColumnBuilder {
  readonly length: number;
  /** Estimate of the memory that the finished column takes. */
  readonly sizeBytes: number;
  /** Requires: `value` is of the builder's type and in its range. */
  appendValue(value: PhysicalValue): void;
  appendNulls(count: number): void;
  /** Requires: `isAppendable(source.type, type)`; the rows are within `source`. */
  appendFrom(source: Data, rows: RowSelection): void;
  /** The column so far; the builder starts again from nothing. */
  finish(): Data;
}
