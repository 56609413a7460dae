/** The encoder: Arrow IPC streams to the bytes of a Parquet file, in whatever thread it is called. */
import type * as Codec from "parquet-wasm";
import type { Compression, PartProperties } from "./part-properties.js";

const CODEC_NAMES = {
  zstd: "ZSTD",
  lz4: "LZ4_RAW",
  snappy: "SNAPPY",
} as const satisfies Record<Compression, keyof typeof Codec.Compression>;

/** All at once. @throws what the encoder throws; a `RuntimeError` leaves its memory in no known state. */
export function encodeStream(
  codec: typeof Codec,
  stream: Uint8Array,
  properties: PartProperties,
): Uint8Array {
  return codec.writeParquet(codec.Table.fromIPCStream(stream), writerProperties(codec, properties));
}

/**
 * One stream of one batch after the other: WebAssembly, whose memory never shrinks, holds one row group.
 * The file comes in pieces.
 *
 * @throws as {@link encodeStream}.
 */
export async function encodeStreams(
  codec: typeof Codec,
  streams: readonly Uint8Array[],
  properties: PartProperties,
): Promise<readonly Uint8Array[]> {
  const [first] = streams;
  if (first !== undefined && streams.length === 1) return [encodeStream(codec, first, properties)];
  const batches = ReadableStream.from(batchesOf(codec, streams));
  const file = await codec.transformParquetStream(batches, writerProperties(codec, properties));
  const pieces: Uint8Array[] = [];
  for await (const piece of file) pieces.push(piece);
  return pieces;
}

function* batchesOf(
  codec: typeof Codec,
  streams: readonly Uint8Array[],
): Generator<Codec.RecordBatch> {
  for (const stream of streams) {
    const table = codec.Table.fromIPCStream(stream);
    const batches = table.recordBatches();
    table.free();
    yield* batches;
  }
}

/** May be used once: the codec takes them over. */
function writerProperties(
  codec: typeof Codec,
  { compression, rowGroupRows, hasDictionaries, columns, keyValues }: PartProperties,
): Codec.WriterProperties {
  let properties = new codec.WriterPropertiesBuilder()
    .setCompression(codec.Compression[CODEC_NAMES[compression]])
    .setMaxRowGroupSize(rowGroupRows)
    .setStatisticsEnabled(codec.EnabledStatistics.Chunk)
    // Every reader reads pages of version 1.
    .setWriterVersion(codec.WriterVersion.V1)
    .setDictionaryEnabled(hasDictionaries)
    .setKeyValueMetadata(new Map(keyValues));
  for (const { name, encoding } of columns) {
    properties = properties.setColumnDictionaryEnabled(name, encoding === "dictionary");
    if (encoding !== "delta") continue;
    properties = properties.setColumnEncoding(name, codec.Encoding.DELTA_BINARY_PACKED);
  }
  return properties.build();
}
