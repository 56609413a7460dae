/**
 * Tables in Arrow: their physical types, and the kernel that builds batches. Apart from the root of
 * core, so that what needs no Arrow does not load it.
 */
export { BatchBuilder } from "./arrow/batch-builder.js";
export { batchOf, emptyBatch } from "./arrow/batch-of.js";
export { builderForType } from "./arrow/builder-for-type.js";
export type { ColumnBuilder, PhysicalValue, VectorValue } from "./arrow/column-builder.js";
export { formatArrowType } from "./arrow/format-type.js";
export { readInt64, wordsOf } from "./arrow/int64.js";
export type { RowRange, RowSelection } from "./arrow/row-selection.js";
export { arrowSchema, arrowType } from "./arrow/schema.js";
export {
  dictionaryTextReader,
  isTextType,
  type TextReader,
  textReader,
} from "./arrow/text-reader.js";
export { readTicks, sortedByTick } from "./arrow/tick-order.js";
export { equalTypes, isAppendable } from "./arrow/type-match.js";
export { writtenOut } from "./arrow/written-out.js";
