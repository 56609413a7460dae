/** The core: bytes and sources of bytes. Uses nothing that browsers lack; files are on the subpath `node`. */
export {
  type ConvertibleDtype,
  convertTensor,
  fromFloat32,
  toFloat32,
} from "./convert.js";
export { type DecodedSafetensors, decodeSafetensors } from "./decode.js";
export {
  bitsOf,
  type Carrier,
  type CarrierByDtype,
  DTYPES,
  type Dtype,
  isDtype,
} from "./dtype.js";
export {
  SAFETENSORS_ERRORS,
  SafetensorsError,
  type SafetensorsErrorCode,
  type SafetensorsErrorDetails,
} from "./errors.js";
export { decodeHeader, decodeHeaderLength } from "./header/decode-header.js";
export {
  type EncodedHeader,
  encodeHeader,
  type MetadataInput,
  type TensorSpec,
} from "./header/encode-header.js";
export type { Header, HeaderMode, HeaderOptions, TensorInfo } from "./header/header.js";
export {
  ALLOCATION_BYTES_MAX,
  HEADER_BYTES_MAX,
  INDEX_BYTES_MAX,
  NESTING_MAX,
  SHARDS_MAX,
} from "./limits.js";
export {
  type BlobLike,
  blobReader,
  bytesReader,
  type RangeReader,
  type ReadOptions,
} from "./range-reader.js";
export type { GatherOptions } from "./read-ranges.js";
export {
  type OpenOptions,
  openSafetensors,
  type RowBatch,
  SafetensorsReader,
  type StreamOptions,
} from "./safetensors-reader.js";
export { planShards, type ShardOptions, type ShardPlan } from "./shard/plan-shards.js";
export {
  decodeShardIndex,
  encodeShardIndex,
  SHARD_INDEX_NAME,
  type ShardIndex,
} from "./shard/shard-index.js";
export { type OpenShard, ShardedReader } from "./shard/sharded-reader.js";
export { type ByteRange, planSlice, type Selection, type SlicePlan } from "./slice.js";
export { type Tensor, type TensorData, type TensorOf, tensorFromBytes } from "./tensor.js";
export {
  encodeSafetensors,
  type Named,
  type SafetensorsStream,
  type StreamedTensorInput,
  streamSafetensors,
  type TensorInput,
  type WriteOptions,
} from "./write.js";
