/** Rules of single settings: what is allowed, in words and as a test. */
import { IoConfigError, show } from "@crv/core";

export interface SettingRule<T> {
  /** Completes "must be …". */
  readonly allowed: string;
  isAllowed(value: unknown): value is T;
  /** What a text of the environment stands for; a text that stands for nothing, as it is. */
  ofText?(text: string): unknown;
  /** What a value of a settings file stands for. */
  ofFile?(value: unknown): unknown;
}

const TRUE = ["1", "true", "t", "yes", "y", "on"];
const FALSE = ["0", "false", "f", "no", "n", "off"];

/** @throws IoConfigError `INVALID_CONFIG` naming the field, the value and what is allowed. */
export function checkSetting<T>(field: string, value: unknown, rule: SettingRule<T>): T {
  if (rule.isAllowed(value)) return value;
  throw new IoConfigError(
    "INVALID_CONFIG",
    `setting "${field}" must be ${rule.allowed} (got: ${show(value)})`,
    { details: { field, value, allowed: rule.allowed } },
  );
}

/** Words; outside of programs in any case, and with white space around them. */
export function oneOf<const T extends string>(...values: readonly T[]): SettingRule<T> {
  const fold = (value: unknown): unknown =>
    typeof value === "string" ? value.trim().toLowerCase() : value;
  return {
    ofText: fold,
    ofFile: fold,
    allowed: values.length === 1 ? `"${values[0]}"` : `one of ${values.map(show).join(", ")}`,
    isAllowed: (value): value is T => (values as readonly unknown[]).includes(value),
  };
}

/** Whole numbers of `unit`, both bounds inclusive. */
export function wholeNumber(unit: string, min: number, max: number): SettingRule<number> {
  return {
    ofText: (text) => (/^\s*[+-]?\d+\s*$/.test(text) ? Number(text) : text),
    allowed: `a whole number of ${unit} from ${min} to ${max}`,
    isAllowed: (value): value is number =>
      Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max,
  };
}

export const trueOrFalse: SettingRule<boolean> = {
  allowed: "true or false",
  ofText(text) {
    const word = text.trim().toLowerCase();
    if (TRUE.includes(word)) return true;
    return FALSE.includes(word) ? false : text;
  },
  isAllowed: (value): value is boolean => typeof value === "boolean",
};

export const someText: SettingRule<string> = {
  allowed: "a text that is not empty and has no NUL",
  isAllowed: (value): value is string =>
    typeof value === "string" && value !== "" && !value.includes("\0"),
};

export const plainObject: SettingRule<Readonly<Record<string, unknown>>> = {
  allowed: "an object",
  isAllowed: (value): value is Readonly<Record<string, unknown>> =>
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Date),
};

export function orUnset<T>(rule: SettingRule<T>): SettingRule<T | undefined> {
  return {
    ...rule,
    allowed: `${rule.allowed}, or unset`,
    isAllowed: (value): value is T | undefined => value === undefined || rule.isAllowed(value),
  };
}
