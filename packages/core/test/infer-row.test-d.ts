/** Types of rows. Checked by the compiler alone (`npm run typecheck`); nothing here runs. */
import { expectTypeOf } from "vitest";
import {
  type CANONICAL_TABLES,
  defineTable,
  type InferRow,
  type JsonObject,
  type RowInput,
  type TableDescriptor,
} from "../src/index.js";

const flights = defineTable({
  name: "flights",
  columns: {
    minute: "i64",
    delay: "i64?",
    origin: "str",
    note: "str?",
    late: "bool",
    seats: "i32",
    speed: "f32",
    at: "timestamp",
    seen: "timestamp?",
    raw: "binary",
    extra: "struct",
    legs: "list[struct]?",
    embedding: "f32[768]",
    state: "f64[3]?",
    codes: "i32[2]",
    ids: "i64[2]",
    position: {
      struct: { x: "f64", label: "str?", inner: { struct: { n: "i64" }, nullable: true } },
    },
    maybe: { struct: { y: "f64" }, nullable: true },
  },
  tick: "minute",
});
type Flights = typeof flights;

// ---- what is read

expectTypeOf<InferRow<Flights>>().toEqualTypeOf<{
  minute: number;
  delay: number | null;
  origin: string;
  note: string | null;
  late: boolean;
  seats: number;
  speed: number;
  at: Date;
  seen: Date | null;
  raw: Uint8Array;
  extra: JsonObject;
  legs: readonly JsonObject[] | null;
  embedding: Float32Array;
  state: Float64Array | null;
  codes: Int32Array;
  ids: BigInt64Array;
  position: { x: number; label: string | null; inner: { n: number } | null };
  maybe: { y: number } | null;
}>();

expectTypeOf<InferRow<Flights, bigint>["minute"]>().toEqualTypeOf<bigint>();
expectTypeOf<InferRow<Flights, bigint>["delay"]>().toEqualTypeOf<bigint | null>();
expectTypeOf<InferRow<Flights, bigint>["at"]>().toEqualTypeOf<bigint>();
expectTypeOf<InferRow<Flights, bigint>["seats"]>().toEqualTypeOf<number>();
expectTypeOf<InferRow<Flights, bigint>["position"]["inner"]>().toEqualTypeOf<{
  n: bigint;
} | null>();

// ---- what may be given

type Given = RowInput<Flights>;
expectTypeOf<Given["minute"]>().toEqualTypeOf<number | bigint>();
expectTypeOf<Given["delay"]>().toEqualTypeOf<number | bigint | null | undefined>();
expectTypeOf<Given["at"]>().toEqualTypeOf<Date | bigint>();
expectTypeOf<Given["embedding"]>().toEqualTypeOf<Float32Array | readonly number[]>();
expectTypeOf<Given["ids"]>().toEqualTypeOf<BigInt64Array | readonly (number | bigint)[]>();
expectTypeOf<Given["legs"]>().toEqualTypeOf<readonly JsonObject[] | null | undefined>();

const small = defineTable({
  name: "small",
  columns: { tick: "i64", name: "str", weight: "f64?", at: { struct: { x: "f64", y: "f64?" } } },
});
type Small = RowInput<typeof small>;

export const accepted: readonly Small[] = [
  { tick: 0, name: "a", at: { x: 1 } },
  { tick: 0n, name: "a", weight: null, at: { x: 1, y: null } },
  { tick: 0, name: "a", weight: 1.5, at: { x: 1, y: 2 } },
];

export const refused: readonly Small[] = [
  // @ts-expect-error a required column is missing
  { tick: 0, at: { x: 1 } },
  // @ts-expect-error a required column is null
  { tick: 0, name: null, at: { x: 1 } },
  // @ts-expect-error a text where a number belongs
  { tick: "0", name: "a", at: { x: 1 } },
  // @ts-expect-error a column that the table does not have
  { tick: 0, name: "a", at: { x: 1 }, wieght: 1 },
  // @ts-expect-error a required field of a struct is missing
  { tick: 0, name: "a", at: {} },
  // @ts-expect-error a field that the struct does not have
  { tick: 0, name: "a", at: { x: 1, z: 2 } },
  // @ts-expect-error an f64 is no bigint
  { tick: 0, name: "a", weight: 1n, at: { x: 1 } },
];

// ---- canonical tables: `bucket` is computed when written, and there when read

type Edges = (typeof CANONICAL_TABLES)["identity_edges"];

export const edge: RowInput<Edges> = {
  tick: 0,
  observer_agent_id: "A0",
  edge_kind: "self_to_object",
  edge_weight: 0.0,
};
// @ts-expect-error the bucket is always recomputed
export const edgeWithBucket: RowInput<Edges> = { ...edge, bucket: 0 };
// @ts-expect-error edge_weight is required
export const edgeWithoutWeight: RowInput<Edges> = {
  tick: 0,
  observer_agent_id: "A0",
  edge_kind: "k",
};

expectTypeOf<InferRow<Edges>>().toEqualTypeOf<{
  bucket: number;
  tick: number;
  observer_agent_id: string;
  edge_kind: string;
  subject_id: string | null;
  object_id: string | null;
  related_agent_id: string | null;
  token_id: string | null;
  edge_weight: number;
  edge_sign: number | null;
}>();
expectTypeOf<InferRow<(typeof CANONICAL_TABLES)["decisions"]>["action_candidates"]>().toEqualTypeOf<
  readonly JsonObject[]
>();

// ---- a descriptor that is known at run time only

expectTypeOf<InferRow<TableDescriptor>>().toEqualTypeOf<Record<string, unknown>>();
expectTypeOf<RowInput<TableDescriptor>>().toEqualTypeOf<Readonly<Record<string, unknown>>>();
expectTypeOf<Flights>().toExtend<TableDescriptor>();

// ---- descriptors

// @ts-expect-error an unknown type
defineTable({ name: "t", columns: { a: "int64" } });
// @ts-expect-error an unknown tick column
defineTable({ name: "t", columns: { a: "i64" }, tick: "b" });
// @ts-expect-error an unknown key column
defineTable({ name: "t", columns: { a: "i64" }, key: ["b"] });
// @ts-expect-error an unknown option
defineTable({ name: "t", columns: { a: "i64" }, bucket: 100 });
