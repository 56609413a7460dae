/** The Parquet schema of exported columns: that of the parts, so that what crv writes is one format. */
import { DataType, type Field, Precision } from "apache-arrow";
import type { SchemaElement } from "hyparquet";

type Leaf = Omit<SchemaElement, "name" | "repetition_type">;

export function parquetElements(fields: readonly Field[]): SchemaElement[] {
  return [{ name: "schema", num_children: fields.length }, ...fields.flatMap(elementsOf)];
}

function elementsOf({ name, type, nullable, metadata }: Field): SchemaElement[] {
  const repetition_type = nullable ? "OPTIONAL" : "REQUIRED";
  if (DataType.isStruct(type)) {
    const group = { name, repetition_type, num_children: type.children.length } as const;
    return [group, ...type.children.flatMap(elementsOf)];
  }
  if (DataType.isFixedSizeList(type)) {
    return [
      {
        name,
        repetition_type,
        num_children: 1,
        converted_type: "LIST",
        logical_type: { type: "LIST" },
      },
      { name: "list", repetition_type: "REPEATED", num_children: 1 },
      {
        name: "element",
        repetition_type: "REQUIRED",
        ...leafOf(type.children[0]?.type as DataType),
      },
    ];
  }
  const isJson = metadata.get("ARROW:extension:name") === "arrow.json";
  const leaf: Leaf = isJson ? { type: "BYTE_ARRAY", logical_type: { type: "JSON" } } : leafOf(type);
  return [{ name, repetition_type, ...leaf }];
}

function leafOf(type: DataType): Leaf {
  if (DataType.isBool(type)) return { type: "BOOLEAN" };
  if (DataType.isInt(type)) return { type: type.bitWidth === 64 ? "INT64" : "INT32" };
  if (DataType.isFloat(type)) {
    return { type: type.precision === Precision.DOUBLE ? "DOUBLE" : "FLOAT" };
  }
  if (DataType.isTimestamp(type)) {
    return {
      type: "INT64",
      converted_type: "TIMESTAMP_MICROS",
      logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MICROS" },
    };
  }
  if (DataType.isBinary(type)) return { type: "BYTE_ARRAY" };
  return { type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } };
}
