/** A group of settings: one field, one rule and one default each. */
import { IoConfigError, show } from "@crv/core";
import { closestName } from "../closest-name.js";
import { checkSetting, plainObject, type SettingRule } from "./setting-rule.js";

export interface Setting<T> {
  readonly rule: SettingRule<T>;
  readonly default: T;
}

export type SettingGroup<Values> = { readonly [Field in keyof Values]-?: Setting<Values[Field]> };

/**
 * The value of every setting of `group`: the given one, checked, or its default. A field that is
 * undefined counts as not given.
 *
 * @param path Prefix of the fields in messages: empty, or `valuation.`.
 * @throws IoConfigError `INVALID_CONFIG` for a bad value and for a field that does not exist.
 */
export function readGroup<Values extends object>(
  group: SettingGroup<Values>,
  given: unknown,
  path = "",
): Values {
  const fields = checkSetting(path === "" ? "settings" : path.slice(0, -1), given, plainObject);
  const known = Object.keys(group) as (keyof Values & string)[];
  for (const field of Object.keys(fields)) {
    if (!Object.hasOwn(group, field)) throw unknownField(path, field, fields[field], known);
  }
  return Object.fromEntries(
    known.map((field) => {
      const value = fields[field] ?? group[field].default;
      return [field, checkSetting(path + field, value, group[field].rule)];
    }),
  ) as Values;
}

function unknownField(
  path: string,
  field: string,
  value: unknown,
  known: readonly string[],
): IoConfigError {
  const meant = closestName(field, known);
  const remedy =
    meant === undefined ? `use ${known.join(", ")}` : `did you mean "${path}${meant}"?`;
  return new IoConfigError(
    "INVALID_CONFIG",
    `there is no setting "${path}${field}" (got: ${show(value)}): ${remedy}`,
    { details: { field: path + field, value, allowed: known } },
  );
}
