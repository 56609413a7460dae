/** Hard bounds, compared before anything is allocated. Source: docs/format/safetensors.md, "Limits". */

/** Bytes of a header, as in the reference; decimal. */
export const HEADER_BYTES_MAX = 100_000_000;

/** Bytes that hold the length of the header. */
export const LENGTH_BYTES = 8;

/** Containers within one another in JSON: the reference's parser refuses the 128th. */
export const NESTING_MAX = 127;

/** Bytes that one call may allocate for a tensor or slice: the largest ArrayBuffer of Node 20. */
export const ALLOCATION_BYTES_MAX = 2 ** 32;

/** Bytes of a shard index. */
export const INDEX_BYTES_MAX = 100_000_000;

/** Shards of one index, as in huggingface.js. */
export const SHARDS_MAX = 10_000;
