/**
 * How one part is written, as plain data: chosen where the rows are, used where the encoder runs.
 * Imports nothing that takes time to load, since an encoding thread loads it.
 */
import type { ColumnEncoding } from "./column-encoding.js";

/** `lz4` is Parquet's LZ4_RAW; readers disagree on how the older LZ4 is framed. */
export type Compression = "zstd" | "lz4" | "snappy";

export interface PartProperties {
  readonly compression: Compression;
  /** Rows of each row group but the last. */
  readonly rowGroupRows: number;
  /** Of leaves of structs and lists, which cannot be named one by one. */
  readonly hasDictionaries: boolean;
  readonly columns: readonly {
    readonly name: string;
    readonly encoding: ColumnEncoding;
  }[];
  readonly keyValues: readonly (readonly [string, string])[];
}
