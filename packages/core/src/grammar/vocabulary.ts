/** Closed vocabularies: sets of lower_snake values, and the error for what is in none of them. */
import { GrammarError, show } from "../errors.js";
import { checkLowerSnake } from "../naming.js";
import { compareText } from "../text.js";

/** Members in their documented order: `{ TRADE: "trade", … }`. */
export type Vocabulary = Readonly<Record<string, string>>;

export type ValueOf<V extends Vocabulary> = V[keyof V];

/** The values of a vocabulary, in its order. */
export function valuesOf<const V extends Vocabulary>(vocabulary: V): readonly ValueOf<V>[] {
  return Object.values(vocabulary) as ValueOf<V>[];
}

/**
 * `value`, once it is one of `vocabulary` exactly: neither trimmed nor folded.
 *
 * @param what Names the thing in messages, for instance `action_type`.
 * @throws GrammarError `INVALID_NAME` when it is not lower_snake, `UNKNOWN_VALUE` when it is no member.
 */
export function memberOf<const V extends Vocabulary>(
  vocabulary: V,
  what: string,
  value: unknown,
): ValueOf<V> {
  const text = checkLowerSnake(value, what);
  const member = valuesOf(vocabulary).find((each) => each === text);
  if (member === undefined) throw unknownValue(vocabulary, what, value);
  return member;
}

/**
 * As {@link memberOf}, whatever the case of `value`. It is not trimmed.
 *
 * @throws GrammarError `UNKNOWN_VALUE`.
 */
export function foldedMemberOf<const V extends Vocabulary>(
  vocabulary: V,
  what: string,
  value: unknown,
): ValueOf<V> {
  const text = typeof value === "string" ? value.toLowerCase() : undefined;
  const member = valuesOf(vocabulary).find((each) => each === text);
  if (member === undefined) throw unknownValue(vocabulary, what, value);
  return member;
}

function unknownValue(vocabulary: Vocabulary, what: string, value: unknown): GrammarError {
  const allowed = [...valuesOf(vocabulary)].sort(compareText);
  return new GrammarError(
    "UNKNOWN_VALUE",
    `${what} must be one of ${allowed.join(", ")} (got: ${show(value)})`,
    { details: { what, value, allowed } },
  );
}
