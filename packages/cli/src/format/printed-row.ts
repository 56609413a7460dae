/** Rows as they are printed: as `scan.rows` gives them, but timestamps, which are bigint there, as text. */
import { DataType, type Field } from "apache-arrow";
import { formatMicros } from "./figures.js";

export type Row = Readonly<Record<string, unknown>>;

/** @param fields Of the rows that will be printed, which were read with int64 "bigint". */
export function rowPrinter(fields: readonly Field[]): (row: Row) => Row {
  const changed = fields.flatMap((field) => {
    const print = valuePrinter(field);
    return print === undefined ? [] : [{ name: field.name, print }];
  });
  return (row) => {
    const printed: Record<string, unknown> = { ...row };
    for (const { name, print } of changed) {
      if (row[name] !== null) printed[name] = print(row[name]);
    }
    return printed;
  };
}

/** Of values that are not null; undefined for those that are printed as they are. */
function valuePrinter({ type }: Field): ((value: unknown) => unknown) | undefined {
  if (DataType.isTimestamp(type)) return (micros) => formatMicros(micros as bigint);
  if (!DataType.isStruct(type)) return undefined;
  const print = rowPrinter(type.children);
  return (value) => print(value as Row);
}
