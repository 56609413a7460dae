/** Bounds of Arrow columns, computed the slow and obvious way. */
import type { ColumnStatistics, Scalar, StatisticsByColumn } from "@crv/core";
import { compareText, STATISTICS_CHARS_MAX } from "@crv/core";
import { DataType, type Table, type Vector } from "apache-arrow";

export function statisticsOf(table: Table): StatisticsByColumn {
  return Object.fromEntries(
    table.schema.fields.map(({ name }, i) => [
      name,
      columnStatistics(table.getChildAt(i) as Vector),
    ]),
  );
}

/** Bounds of whole numbers and short texts; of other types only the nulls are counted. */
function columnStatistics(column: Vector): ColumnStatistics {
  const nulls = column.nullCount;
  const type = column.type;
  if (!(DataType.isInt(type) || DataType.isFloat(type) || DataType.isUtf8(type))) return { nulls };
  const values = [...column].filter((value): value is Scalar => value !== null);
  if (values.some((value) => Number.isNaN(value) || String(value).length > STATISTICS_CHARS_MAX)) {
    return { nulls };
  }
  const [first] = values;
  if (first === undefined) return { nulls };
  return {
    min: values.reduce((a, b) => (isBefore(b, a) ? b : a), first),
    max: values.reduce((a, b) => (isBefore(a, b) ? b : a), first),
    nulls,
  };
}

function isBefore(a: Scalar, b: Scalar): boolean {
  return typeof a === "string" ? compareText(a, b as string) < 0 : a < b;
}
