/** Filters as they are written: plain data, in the manner of MongoDB. */
import type { CompareOp } from "@crv/core";

/** What a column is compared with. A bare null means "is null". */
export type FilterValue = number | bigint | string | boolean | Date;

/** Several operators of one column must all hold. */
export type FilterOperators = { readonly [Op in CompareOp]?: FilterValue } & {
  readonly in?: readonly FilterValue[];
  readonly isNull?: boolean;
  /** From the first to the second value, both inclusive. */
  readonly between?: readonly [FilterValue, FilterValue];
  /** Of text: begins with exactly this. */
  readonly startsWith?: string;
};

export type Condition = FilterValue | null | FilterOperators;

/**
 * Conditions on columns, all of which must hold. Comparing with a null is neither true nor false, as
 * in SQL; rows are selected when the whole is true.
 *
 * @example
 * { delay: { gt: 60 }, origin: { in: ["SFO", "OAK"] }, or: [{ delay: null }, { not: { gate: "A" } }] }
 */
export type Filter<Column extends string = string> = string extends Column
  ? { readonly [column: string]: Condition | readonly Filter[] | Filter }
  : { readonly [Name in Column]?: Condition } & {
      readonly and?: readonly Filter<Column>[];
      readonly or?: readonly Filter<Column>[];
      readonly not?: Filter<Column>;
    };
