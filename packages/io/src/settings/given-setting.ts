/** Settings as files and the environment give them: checked one by one, each with its origin. */
import { IoConfigError, show } from "@crv/core";
import { didYouMean } from "../closest-name.js";
import { NAMED_SETTINGS, type NamedSetting, VARIABLE_PREFIX } from "./setting-names.js";
import { plainObject } from "./setting-rule.js";
import type { FileSettings } from "./settings-file.js";

/** Where the value of a setting comes from. */
export type SettingOrigin =
  | { readonly kind: "environment"; readonly variable: string }
  | { readonly kind: "file"; readonly path: string; readonly key: string }
  | { readonly kind: "default" };

export interface GivenSetting {
  readonly value: unknown;
  readonly origin: SettingOrigin;
}

/** By field. */
export type GivenSettings = ReadonlyMap<string, GivenSetting>;

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The settings of one file.
 *
 * @throws IoConfigError `INVALID_CONFIG` naming the file, the key, the value and what is allowed.
 */
export function settingsOfFile({ path, table, values }: FileSettings): GivenSettings {
  const given = new Map<string, GivenSetting>();
  for (const [name, value] of flatten(values)) {
    const key = table === "" ? name : `${table}.${name}`;
    const known = NAMED_SETTINGS.find((each) => each.key === name);
    const place = `"${key}" of ${path}`;
    const facts = { file: path, key };
    if (name === "valuation") throw notAllowed(`setting ${place}`, value, "a table", facts);
    if (known === undefined) {
      const keys = NAMED_SETTINGS.map((each) => each.key);
      throw unknown(`setting ${place}`, name, value, keys, facts);
    }
    const { rule } = known.setting;
    const meant = rule.ofFile?.(value) ?? value;
    given.set(known.field, {
      value: check(known, `setting ${place}`, value, meant, facts),
      origin: { kind: "file", path, key },
    });
  }
  return given;
}

/**
 * The settings of the environment. A variable that is empty counts as unset.
 *
 * @throws IoConfigError `INVALID_CONFIG` naming the variable, its value and what is allowed; also for
 *   a variable `CRV_IO_…` that no setting has.
 */
export function settingsOfEnvironment(environment: Environment): GivenSettings {
  const given = new Map<string, GivenSetting>();
  for (const [variable, text] of Object.entries(environment)) {
    if (!variable.startsWith(VARIABLE_PREFIX) || text === undefined || text === "") continue;
    const known = NAMED_SETTINGS.find((each) => each.variable === variable);
    const place = `environment variable ${variable}`;
    if (known === undefined) {
      const variables = NAMED_SETTINGS.flatMap((each) => each.variable ?? []);
      throw unknown(place, variable, text, variables, { variable });
    }
    const meant = known.setting.rule.ofText?.(text) ?? text;
    given.set(known.field, {
      value: check(known, place, text, meant, { variable }),
      origin: { kind: "environment", variable },
    });
  }
  return given;
}

/** The group `valuation` as `valuation.enabled`, …; when it is no table, as it is. */
function flatten(values: Readonly<Record<string, unknown>>): readonly [string, unknown][] {
  return Object.entries(values).flatMap(([name, value]): [string, unknown][] => {
    if (name !== "valuation" || !plainObject.isAllowed(value)) return [[name, value]];
    return Object.entries(value).map(([inner, each]) => [`valuation.${inner}`, each]);
  });
}

function check(
  { field, setting: { rule } }: NamedSetting,
  place: string,
  value: unknown,
  meant: unknown,
  facts: Readonly<Record<string, string>>,
): unknown {
  if (rule.isAllowed(meant)) return meant;
  throw notAllowed(place, value, rule.allowed, { ...facts, field });
}

function notAllowed(
  place: string,
  value: unknown,
  allowed: string,
  facts: Readonly<Record<string, string>>,
): IoConfigError {
  return new IoConfigError("INVALID_CONFIG", `${place} must be ${allowed} (got: ${show(value)})`, {
    details: { ...facts, value, allowed },
  });
}

function unknown(
  place: string,
  name: string,
  value: unknown,
  known: readonly string[],
  facts: Readonly<Record<string, string>>,
): IoConfigError {
  return new IoConfigError(
    "INVALID_CONFIG",
    `there is no ${place}${didYouMean(name, known)} (got: ${show(value)}): use ${known.join(", ")}`,
    { details: { ...facts, value, allowed: known } },
  );
}
