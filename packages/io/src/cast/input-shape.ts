/**
 * What rows of a table must look like. The bucket column is left out: it follows from the tick, and
 * the engine sets it; input may hold it and is ignored there.
 */
import { BUCKET_COLUMN, type ColumnType, type ScalarType, type TableDescriptor } from "@crv/core";
import { arrowSchema } from "@crv/core/arrow";
import { type Field, Schema } from "apache-arrow";
import { ruleForType } from "./rule-for-type.js";
import { tickRule } from "./tick-rule.js";
import type { ValueRule } from "./value-rule.js";

export interface InputColumn {
  readonly table: string;
  readonly name: string;
  readonly type: ColumnType;
  readonly isRequired: boolean;
  readonly isTick: boolean;
  readonly rule: ValueRule;
  /** The column as it is stored. */
  readonly field: Field;
}

export interface InputShape {
  readonly table: string;
  readonly columns: readonly InputColumn[];
  /** Of the batches that are staged. */
  readonly schema: Schema;
  /** Names that input may have, in descriptor order. */
  readonly allowed: readonly string[];
  /** Names that input must have, in descriptor order. */
  readonly required: readonly string[];
}

export function inputShape(table: TableDescriptor): InputShape {
  const nullable = new Set(table.nullable);
  const fields = arrowSchema(table).fields.filter(({ name }) => name !== BUCKET_COLUMN);
  const columns = fields.map((field): InputColumn => {
    const type = table.columns[field.name] as ColumnType;
    const isTick = field.name === table.tickColumn;
    return {
      table: table.name,
      name: field.name,
      type,
      isRequired: !nullable.has(field.name),
      isTick,
      rule: isTick ? tickRule(type as ScalarType) : ruleForType(type),
      field,
    };
  });
  return {
    table: table.name,
    columns,
    schema: new Schema(fields),
    allowed: Object.keys(table.columns),
    required: columns.filter((column) => column.isRequired).map((column) => column.name),
  };
}
