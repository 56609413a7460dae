/**
 * What the columns of an Arrow file become in a table. Pure. What would lose something (decimals, times of
 * day, durations, maps) is refused by name; structs keep their fields, lists of a fixed size their elements.
 */

import { type Data, DataType, type Field, Precision, type RecordBatch, Vector } from "apache-arrow";
import { type ColumnSpec, type ColumnType, CrvError, formatArrowType } from "crv";
import { toColumnName } from "./column-name.js";
import { checkDistinct, columnSpec, type ForeignColumn, selectColumns } from "./foreign-column.js";

const JSON_EXTENSION = "arrow.json";

export interface ArrowColumn extends ForeignColumn {
  /** Index in the batches of the file. */
  readonly at: number;
}

/**
 * @param first Batch of the file, whose JSON columns show whether they hold objects or lists; undefined:
 *   the file has no rows.
 * @param only Names in the file; default: all.
 * @param required Names of ticks and keys, which are never null.
 * @throws CrvError `INVALID_ARGUMENT` for a column that has no type here, or a name that another has.
 */
export function arrowColumns(
  fields: readonly Field[],
  first: RecordBatch | undefined,
  { only, required }: { readonly only?: readonly string[]; readonly required: readonly string[] },
): ArrowColumn[] {
  const all = fields.map((field, at) => ({ field, at }));
  const columns = selectColumns(all, ({ field }) => field.name, only).map(
    ({ field, at }): ArrowColumn => {
      const { name: source } = field;
      const type = typeOf(field, first?.data.children[at]);
      if (type === undefined) {
        throw new CrvError(
          "INVALID_ARGUMENT",
          `column ${JSON.stringify(source)} is of type ${formatArrowType(field.type)}, which has no lossless type here; name the others with --columns`,
        );
      }
      const nullable = field.nullable && !required.includes(source);
      const name = toColumnName(source);
      return { source, sourceType: formatArrowType(field.type), name, type, nullable, at };
    },
  );
  checkDistinct(columns);
  return columns;
}

/** Undefined for what has no lossless type. */
function typeOf({ type, metadata }: Field, data: Data | undefined): ColumnType | undefined {
  if (DataType.isStruct(type)) return structType(type.children);
  if (DataType.isFixedSizeList(type)) return vectorType(type.children[0]?.type, type.listSize);
  if (metadata.get("ARROW:extension:name") === JSON_EXTENSION) return jsonType(data);
  return scalarType(type);
}

function scalarType(type: DataType): Extract<ColumnType, string> | undefined {
  if (DataType.isBool(type)) return "bool";
  if (DataType.isInt(type)) {
    return type.bitWidth === 64 || (type.bitWidth === 32 && !type.isSigned) ? "i64" : "i32";
  }
  if (DataType.isFloat(type)) return type.precision === Precision.DOUBLE ? "f64" : "f32";
  if (DataType.isTimestamp(type) || DataType.isDate(type)) return "timestamp";
  if (isText(type) || DataType.isNull(type)) return "str";
  return isBytes(type) ? "binary" : undefined;
}

function isText(type: DataType): boolean {
  if (DataType.isDictionary(type)) return isText(type.dictionary);
  return DataType.isUtf8(type) || DataType.isLargeUtf8(type) || DataType.isUtf8View(type);
}

function isBytes(type: DataType): boolean {
  return (
    DataType.isBinary(type) ||
    DataType.isLargeBinary(type) ||
    DataType.isBinaryView(type) ||
    DataType.isFixedSizeBinary(type)
  );
}

function structType(fields: readonly Field[]): ColumnType | undefined {
  const specs: Record<string, ColumnSpec> = {};
  for (const field of fields) {
    const type = typeOf(field, undefined);
    if (type === undefined) return undefined;
    specs[field.name] = columnSpec({ type, nullable: field.nullable });
  }
  return { struct: specs };
}

function vectorType(element: DataType | undefined, size: number): ColumnType | undefined {
  const type = element && scalarType(element);
  const isElement = type === "f32" || type === "f64" || type === "i32" || type === "i64";
  return isElement ? `${type}[${size}]` : undefined;
}

/** By the first value, as JSON text may be anything. */
function jsonType(data: Data | undefined): ColumnType {
  const values = data === undefined ? [] : new Vector([data]);
  for (const text of values) {
    if (text !== null) return JSON_TYPES[String(text).trimStart().slice(0, 1)] ?? "str";
  }
  return "struct";
}

const JSON_TYPES: Readonly<Record<string, ColumnType>> = { "{": "struct", "[": "list[struct]" };
