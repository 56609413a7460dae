/** Declared structs: their fields, each by its own rule. A field that does not exist is refused. */
import type { PhysicalValue } from "@crv/core/arrow";
import { didYouMean } from "../closest-name.js";
import { isPlainObject } from "./json-rules.js";
import { ownValue } from "./own-value.js";
import type { ValueRule } from "./value-rule.js";

export interface StructField {
  readonly name: string;
  readonly nullable: boolean;
  readonly rule: ValueRule;
}

export function structRule(fields: readonly StructField[]): ValueRule {
  const names = fields.map((field) => field.name);
  return {
    cast(value) {
      if (!isPlainObject(value) || unknownField(value, names) !== undefined) return undefined;
      const values: (PhysicalValue | null)[] = [];
      for (const field of fields) {
        const stored = castField(field, ownValue(value, field.name));
        if (stored === undefined) return undefined;
        values.push(stored);
      }
      return values;
    },
    remedy(value) {
      if (!isPlainObject(value)) return `pass an object with the fields ${names.join(", ")}`;
      const unknown = unknownField(value, names);
      if (unknown !== undefined) {
        return `it has no field "${unknown}"${didYouMean(unknown, names)}; fields are ${names.join(", ")}`;
      }
      const wrong = fields.find(
        (field) => castField(field, ownValue(value, field.name)) === undefined,
      );
      return wrong === undefined ? "" : fieldRemedy(wrong, ownValue(value, wrong.name));
    },
  };
}

function unknownField(value: object, names: readonly string[]): string | undefined {
  return Object.keys(value).find((key) => !names.includes(key));
}

/** Undefined when the value is refused. */
function castField(
  { nullable, rule }: StructField,
  value: unknown,
): PhysicalValue | null | undefined {
  if (value === undefined || value === null) return nullable ? null : undefined;
  return rule.cast(value);
}

function fieldRemedy({ name, rule }: StructField, value: unknown): string {
  return value === undefined || value === null
    ? `field "${name}" is required`
    : `field "${name}": ${rule.remedy(value)}`;
}
