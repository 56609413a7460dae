/**
 * Every hard bound of the format, with its reason. Exceeding one is `LIMIT_EXCEEDED` (or `CORRUPT`
 * when it is found on disk). Source: docs/format/limits.md.
 */

/** Largest tick. Bucket ids, tick bounds and `manifest.json` hold ticks as JSON integers. */
export const TICK_MAX = Number.MAX_SAFE_INTEGER;

/** Ids and table names become file names, where common file systems end at 255 bytes; also columns. */
export const NAME_CHARS_MAX = 128;

/** Actor and message travel in every record and are printed by `crv log`. */
export const ACTOR_CHARS_MAX = 256;
export const MESSAGE_CHARS_MAX = 4096;

/** A record is read whole. 64 MiB is about 100,000 part entries in one commit. */
export const RECORD_BYTES_MAX = 64 * 1024 * 1024;

/** A sidecar names tables and one prefix, never single parts. */
export const SIDECAR_BYTES_MAX = 4 * 1024 * 1024;

/** A whole checkpoint holds every part entry of the run. */
export const CHECKPOINT_BYTES_MAX = 512 * 1024 * 1024;

/** An index names segments and describes tables, never single parts. */
export const CHECKPOINT_INDEX_BYTES_MAX = 256 * 1024 * 1024;

/** A segment holds at most 2^20 part entries; its text has offsets of 32 bits. */
export const SEGMENT_BYTES_MAX = 512 * 1024 * 1024;

/** The hint, a floor file and the store marker are one short line. */
export const SMALL_FILE_BYTES_MAX = 64 * 1024;

/** Parameters and labels of a run are read for each line of a list of runs. */
export const INFO_BYTES_MAX = 1024 * 1024;

/** Labels of one run. */
export const LABELS_MAX = 256;

/** A part is decoded in WebAssembly, whose memory ends at 4 GiB and holds the file and its rows. */
export const PART_BYTES_MAX = 1024 * 1024 * 1024;

/** A key filter in the part entry itself; a larger one is an object beside the part. */
export const KEY_FILTER_INLINE_BYTES_MAX = 256;

/** A key filter is read whole, three bytes a key. Parts of more keys have none. */
export const KEY_FILTER_BYTES_MAX = 16 * 1024 * 1024;

/** Rows of one part; codes and offsets are 32-bit. */
export const PART_ROWS_MAX = 1 << 27;

/** Columns of one table, where a declared struct counts as its fields. */
export const COLUMNS_MAX = 4096;

/** Nesting of JSON: of documents, and of values in open structs. */
export const NESTING_MAX = 64;

/** Nesting of declared structs. Each is three levels in the JSON of a record, below seven others. */
export const STRUCT_NESTING_MAX = 16;

/** Length of a fixed-size list (an embedding, a state vector). */
export const VECTOR_SIZE_MAX = 1 << 20;

/** Statistics keep strings to this length: longer ones are cut (min) or left out (max). */
export const STATISTICS_CHARS_MAX = 64;

/** Tables of one run. */
export const TABLES_MAX = 10_000;

/** Index of a batch or of an entry of the detectors: a JSON integer. */
export const BATCH_INDEX_MAX = Number.MAX_SAFE_INTEGER;

/** Members of one artifact: they are opened, linked and listed one by one. */
export const ARTIFACT_MEMBERS_MAX = 10_000;

/** Tensors that a record lists of one member; of a larger one the file's own header is read. */
export const LISTED_TENSORS_MAX = 256;

/** Metadata of a run, a batch or the detectors is read whole, as JSON. */
export const METADATA_BYTES_MAX = 64 * 1024 * 1024;

/** Tensor names and dimensions in a record. */
export const TENSOR_NAME_CHARS_MAX = 1024;
export const TENSOR_RANK_MAX = 64;
