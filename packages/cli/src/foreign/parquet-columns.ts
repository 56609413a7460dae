/**
 * What a foreign Parquet file's columns become in a table. Pure: reads the file's metadata only.
 *
 * A column holds nulls when the file allows it and its statistics do not rule it out; ticks and keys
 * never do, so that a null in them is refused with its row. Names become lower_snake. What would lose something (decimals, times of day, lists) is refused by name.
 */
import { type ColumnType, CrvError } from "crv";
import { type FileMetaData, parquetSchema, type SchemaElement } from "hyparquet";
import { toColumnName } from "./column-name.js";
import { checkDistinct, type ForeignColumn, selectColumns } from "./foreign-column.js";

/** No struct: a file's structs are not taken. */
type ImportedType = Extract<ColumnType, string>;

/**
 * @param only Names in the file; default: all.
 * @param required Names of ticks and keys.
 * @throws CrvError `INVALID_ARGUMENT` for an unknown name in `only`, and for a column that has no
 *   type here, or a name that another one has already.
 */
export function inferColumns(
  metadata: FileMetaData,
  {
    only,
    required = [],
  }: { readonly only?: readonly string[]; readonly required?: readonly string[] } = {},
): ForeignColumn[] {
  const all = parquetSchema(metadata).children;
  const chosen = selectColumns(all, ({ element }) => element.name, only);
  const columns = chosen.map(({ element, children }): ForeignColumn => {
    const { name: source } = element;
    const sourceType = describeType(element);
    const type = children.length === 0 ? typeOf(element) : undefined;
    if (type === undefined) {
      throw new CrvError(
        "INVALID_ARGUMENT",
        `column ${JSON.stringify(source)} is of type ${sourceType}, which has no lossless type here; name the others with --columns`,
      );
    }
    const nullable = !required.includes(source) && mayBeNull(metadata, element);
    return { source, sourceType, name: toColumnName(source), type, nullable };
  });
  checkDistinct(columns);
  return columns;
}

function mayBeNull(metadata: FileMetaData, { name, repetition_type }: SchemaElement): boolean {
  if (repetition_type === "REQUIRED") return false;
  // Statistics of no rows say nothing of the rows that may come.
  if (metadata.num_rows === 0n) return true;
  return metadata.row_groups.some((group) => {
    const chunk = group.columns.find((column) => column.meta_data?.path_in_schema[0] === name);
    return chunk?.meta_data?.statistics?.null_count !== 0n;
  });
}

/** Undefined for what has no lossless type. */
function typeOf(element: SchemaElement): ImportedType | undefined {
  const { type, repetition_type } = element;
  if (repetition_type === "REPEATED") return undefined;
  const logical = logicalName(element);
  switch (type) {
    case "BOOLEAN":
      return "bool";
    case "INT32":
      if (logical === "DATE") return "timestamp";
      if (logical === "UINT_32") return "i64";
      return logical === "" || /^U?INT_(8|16|32)$/.test(logical) ? "i32" : undefined;
    case "INT64":
      if (logical === "TIMESTAMP") return "timestamp";
      return logical === "" || /^U?INT_64$/.test(logical) ? "i64" : undefined;
    case "INT96":
      return "timestamp";
    case "FLOAT":
      return "f32";
    case "DOUBLE":
      return "f64";
    case "BYTE_ARRAY":
    case "FIXED_LEN_BYTE_ARRAY":
      if (["STRING", "ENUM", "JSON", "UUID"].includes(logical)) return "str";
      if (logical === "FLOAT16") return "f32";
      return logical === "" ? "binary" : undefined;
    default:
      return undefined;
  }
}

/** One name for each of Parquet's two ways to say the same; "" when it says nothing. */
function logicalName({ logical_type: logical, converted_type: converted }: SchemaElement): string {
  if (logical?.type === "INTEGER") return `${logical.isSigned ? "" : "U"}INT_${logical.bitWidth}`;
  if (logical !== undefined) return logical.type;
  if (converted === "UTF8") return "STRING";
  return converted?.replace(/_(MILLIS|MICROS)$/, "") ?? "";
}

function describeType(element: SchemaElement): string {
  const logical = logicalName(element);
  if (element.type === undefined) return logical === "" ? "GROUP" : logical;
  return logical === "" ? element.type : `${element.type} ${logical}`;
}
