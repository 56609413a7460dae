/** How a part is written: codec, encodings, statistics and what its key-values say. */
import { type ColumnType, formatSchemaVersion, parseVectorType } from "@crv/core";
import type { PartWriteRequest } from "@crv/storage-trait/parts";
import type * as Codec from "parquet-wasm";
import { chooseEncoding } from "./column-encoding.js";

/** `lz4` is Parquet's LZ4_RAW; readers disagree on how the older LZ4 is framed. */
export type Compression = "zstd" | "lz4" | "snappy";

export interface EncodeOptions {
  readonly compression: Compression;
  /** Rows of each row group but the last. */
  readonly rowGroupRows: number;
}

const CODEC_NAMES = {
  zstd: "ZSTD",
  lz4: "LZ4_RAW",
  snappy: "SNAPPY",
} as const satisfies Record<Compression, keyof typeof Codec.Compression>;

/** The properties of one part. Each may be used once: the codec takes them over. */
export function writerProperties(
  codec: typeof Codec,
  { table, runId, batches }: Pick<PartWriteRequest, "table" | "runId" | "batches">,
  { compression, rowGroupRows }: EncodeOptions,
): Codec.WriterProperties {
  const columns = Object.entries(table.columns);
  let properties = new codec.WriterPropertiesBuilder()
    .setCompression(codec.Compression[CODEC_NAMES[compression]])
    .setMaxRowGroupSize(rowGroupRows)
    .setStatisticsEnabled(codec.EnabledStatistics.Chunk)
    // Every reader reads pages of version 1.
    .setWriterVersion(codec.WriterVersion.V1)
    // For leaves of structs and lists, which cannot be named one by one: the texts of structs
    // repeat, the numbers of vectors hardly ever do.
    .setDictionaryEnabled(!columns.some(([, type]) => isVector(type)))
    .setKeyValueMetadata(
      new Map([
        ["crv_schema_version", formatSchemaVersion(table.version)],
        ["crv_table_name", table.name],
        ["crv_run_id", runId],
      ]),
    );
  for (const [index, [name, type]] of columns.entries()) {
    const encoding = chooseEncoding(type, batches, index);
    if (encoding === undefined) continue;
    properties = properties.setColumnDictionaryEnabled(name, encoding === "dictionary");
    if (encoding !== "delta") continue;
    properties = properties.setColumnEncoding(name, codec.Encoding.DELTA_BINARY_PACKED);
  }
  return properties.build();
}

function isVector(type: ColumnType): boolean {
  return parseVectorType(type) !== undefined;
}
