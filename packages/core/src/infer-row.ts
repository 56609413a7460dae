/**
 * Types of rows, derived from descriptors at compile time.
 *
 * `RowInput` is what `append` takes, `InferRow` what reading gives. Reading with `int64: "bigint"`
 * gives `InferRow<D, bigint>`: its i64 and timestamp columns are bigint.
 */
import type { ColumnSpecs, StructType } from "./column-type.js";
import type { BUCKET_COLUMN, TableDescriptor } from "./descriptor.js";

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };
export type JsonObject = { readonly [key: string]: JsonValue };

type Vectors = { f32: Float32Array; f64: Float64Array; i32: Int32Array; i64: BigInt64Array };

type Bare<S> = S extends `${infer T}?` ? T : S;
type IsNullable<S> = S extends `${string}?` ? true : S extends { nullable: true } ? true : false;

/** Value of one column as it is read. */
type ReadValue<S, Int64> =
  Bare<S> extends infer T
    ? T extends "i64"
      ? Int64
      : T extends "f64" | "f32" | "i32"
        ? number
        : T extends "str"
          ? string
          : T extends "bool"
            ? boolean
            : T extends "timestamp"
              ? Int64 extends bigint
                ? bigint
                : Date
              : T extends "binary"
                ? Uint8Array
                : T extends "struct"
                  ? JsonObject
                  : T extends "list[struct]"
                    ? readonly JsonObject[]
                    : T extends `${infer E extends keyof Vectors}[${number}]`
                      ? Vectors[E]
                      : T extends StructType<infer Fields>
                        ? ReadRow<Fields, Int64>
                        : never
    : never;

/** Value of one column as it may be given. */
type GivenValue<S> =
  Bare<S> extends infer T
    ? T extends "i64"
      ? number | bigint
      : T extends "f64" | "f32" | "i32"
        ? number
        : T extends "str"
          ? string
          : T extends "bool"
            ? boolean
            : T extends "timestamp"
              ? Date | bigint
              : T extends "binary"
                ? Uint8Array
                : T extends "struct"
                  ? JsonObject
                  : T extends "list[struct]"
                    ? readonly JsonObject[]
                    : T extends `${infer E extends keyof Vectors}[${number}]`
                      ? Vectors[E] | readonly (E extends "i64" ? number | bigint : number)[]
                      : T extends StructType<infer Fields>
                        ? GivenRow<Fields>
                        : never
    : never;

type NullableNames<Specs> = {
  [N in keyof Specs]: IsNullable<Specs[N]> extends true ? N : never;
}[keyof Specs];

type ReadRow<Specs, Int64> = {
  -readonly [N in keyof Specs]:
    | ReadValue<Specs[N], Int64>
    | (IsNullable<Specs[N]> extends true ? null : never);
};

type GivenRow<Specs> = {
  readonly [N in Exclude<keyof Specs, NullableNames<Specs>>]: GivenValue<Specs[N]>;
} & {
  readonly [N in NullableNames<Specs>]?: GivenValue<Specs[N]> | null | undefined;
};

type Flat<T> = { [N in keyof T]: T[N] };

/** The specs behind a descriptor; all columns unknown when they are not. */
type SpecsOf<D> = D extends TableDescriptor<infer Specs> ? Specs : never;

/** A row of the table as it is read. */
export type InferRow<D extends TableDescriptor, Int64 extends number | bigint = number> =
  ColumnSpecs extends SpecsOf<D> ? Record<string, unknown> : Flat<ReadRow<SpecsOf<D>, Int64>>;

/** A row of the table as `append` takes it: nullable columns may be left out, `bucket` is computed. */
export type RowInput<D extends TableDescriptor> =
  ColumnSpecs extends SpecsOf<D>
    ? Readonly<Record<string, unknown>>
    : Flat<GivenRow<Omit<SpecsOf<D>, typeof BUCKET_COLUMN>>>;
