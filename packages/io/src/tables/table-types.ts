/**
 * How the compiler knows a table: by its canonical name, by the name of a descriptor that was passed
 * at open, or by the descriptor itself. Any other name is accepted, and its rows are not typed: the
 * table may exist in the run without the program having described it.
 */
import type { CANONICAL_TABLES, InferRow, RowInput, TableDescriptor } from "@crv/core";

/** Descriptors as they are passed at open. */
export type Descriptors = readonly TableDescriptor[];

/** Name to descriptor: those passed at open, and the canonical ones. */
export type TableMap<Tables extends Descriptors> = typeof CANONICAL_TABLES & {
  readonly [D in Tables[number] as LiteralName<D>]: D;
};

type LiteralName<D> =
  D extends TableDescriptor<infer _Specs, infer Name>
    ? string extends Name
      ? never
      : Name
    : never;

/** `string & {}` keeps the known names in completions. */
export type TableArgument<Tables extends Descriptors> =
  | keyof TableMap<Tables>
  | TableDescriptor
  | (string & {});

/** The descriptor behind an argument, as far as the compiler knows it. */
export type DescriptorOf<Tables extends Descriptors, Table> = Table extends TableDescriptor
  ? Table
  : KnownName<Tables, Table> extends never
    ? TableDescriptor
    : TableMap<Tables>[KnownName<Tables, Table>];

/** The name that `Table` is; `descriptor.name` is one, too, but has the brand of checked names. */
type KnownName<Tables extends Descriptors, Table> = {
  [Name in keyof TableMap<Tables>]: Table extends Name ? Name : never;
}[keyof TableMap<Tables>];

/** Rows as `append` takes them. */
export type RowsOf<Tables extends Descriptors, Table> = RowInput<DescriptorOf<Tables, Table>>;

/** int64 values are read as numbers, which must be safe, or as bigint. */
export type Int64Mode = "number" | "bigint";

type Int64Of<Mode extends Int64Mode> = Mode extends "bigint" ? bigint : number;

/** Names of the columns; any text when they are not known. */
export type ColumnOf<D extends TableDescriptor> = keyof InferRow<D> & string;

/** A row of the columns that were asked for. */
export type ScannedRow<
  D extends TableDescriptor,
  Column extends string,
  Mode extends Int64Mode,
> = Pick<InferRow<D, Int64Of<Mode>>, Column & keyof InferRow<D, Int64Of<Mode>>>;
