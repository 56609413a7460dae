/**
 * Shapes that the models share. A value of a row is shaped as its column takes it: nothing is parsed
 * from text, and int64 columns take bigint. Each shape says its rule in words, for reports.
 */
import { z } from "zod";
import { type ValueOf, type Vocabulary, valuesOf } from "../grammar/vocabulary.js";
import type { JsonObject } from "../infer-row.js";
import { TICK_MAX } from "../limits.js";
import { isJsonObject } from "./json-object.js";

/** Says that a value is absent, or else which rule it breaks. */
function rule(must: string): { error: (issue: { readonly input?: unknown }) => string } {
  return { error: ({ input }) => (input === undefined || input === null ? "is required" : must) };
}

export const text = z.string(rule("must be a text"));

/** Finite: NaN and infinities are values of a column, but no quantity, price or weight. */
export const real = z.number(rule("must be a finite number"));

/** From 0 to 1, both inclusive. */
export const share = z
  .number(rule("must be a number from 0 to 1"))
  .min(0, "must be a number from 0 to 1")
  .max(1, "must be a number from 0 to 1");

export const flag = z.boolean(rule("must be true or false"));

/** A whole number of 64 bits; as a number at most 2^53-1. */
export const int64 = z.custom<number | bigint>(
  isInt64,
  rule("must be a whole number that fits 64 bits, a BigInt beyond 2^53-1"),
);

export const tick = z.custom<number | bigint>(
  (value) => isInt64(value) && value >= 0 && value <= TICK_MAX,
  rule(`must be a whole number from 0 to ${TICK_MAX}`),
);

/** An open struct: plain JSON data. */
export const json = z.custom<JsonObject>(
  isJsonObject,
  rule("must be an object of plain JSON data"),
);

export const jsonList = z.array(json, rule("must be an array of objects of plain JSON data"));

export const textList = z.array(text, rule("must be an array of texts"));

/** Members of a vocabulary, written exactly. */
export function exactly<const V extends Vocabulary>(vocabulary: V) {
  const values = valuesOf(vocabulary) as [ValueOf<V>, ...ValueOf<V>[]];
  return z.enum(values, rule(`must be one of ${values.join(", ")}`));
}

/** Members of a vocabulary in any case; the model gives them in lower case. */
export function inAnyCase<const V extends Vocabulary>(vocabulary: V) {
  const must = rule(`must be one of ${valuesOf(vocabulary).join(", ")}`);
  return z.string(must).toLowerCase().pipe(exactly(vocabulary));
}

function isInt64(value: unknown): value is number | bigint {
  return typeof value === "bigint"
    ? BigInt.asIntN(64, value) === value
    : Number.isSafeInteger(value);
}
