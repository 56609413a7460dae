/** Vectors, `f32[768]`: exactly that many elements, none of them null. */
import { show, type VectorElement } from "@crv/core";
import type { VectorValue } from "@crv/core/arrow";
import { float32Rule, float64Rule } from "./float-rules.js";
import { int32Rule, int64Rule } from "./integer-rules.js";
import type { ValueRule } from "./value-rule.js";

interface ElementForm {
  readonly rule: ValueRule;
  /** Its typed arrays are taken as they are. */
  readonly array: new (
    length: number,
  ) => VectorValue;
}

const FORMS: Readonly<Record<VectorElement, ElementForm>> = {
  f32: { rule: float32Rule, array: Float32Array },
  f64: { rule: float64Rule, array: Float64Array },
  i32: { rule: int32Rule, array: Int32Array },
  i64: { rule: int64Rule, array: BigInt64Array },
};

export function vectorRule(element: VectorElement, size: number): ValueRule {
  const { rule, array } = FORMS[element];
  return {
    cast(value) {
      if (!isList(value) || value.length !== size) return undefined;
      if (value instanceof array) return value;
      const vector = new array(size);
      for (let index = 0; index < size; index++) {
        const stored = castElement(rule, value[index]);
        if (stored === undefined) return undefined;
        vector[index] = vector instanceof BigInt64Array ? BigInt(stored) : Number(stored);
      }
      return vector;
    },
    remedy(value) {
      if (!isList(value)) return `pass a typed array or an array of ${size} numbers`;
      if (value.length !== size) return `it has ${value.length} elements instead of ${size}`;
      const elements = Array.from(value);
      const index = elements.findIndex((each) => castElement(rule, each) === undefined);
      return `element ${index} is ${show(elements[index])}: ${rule.remedy(elements[index])}`;
    },
  };
}

function castElement(rule: ValueRule, value: unknown): number | bigint | undefined {
  // The rule of integers takes true and false; in a vector they are a mistake.
  if (typeof value !== "number" && typeof value !== "bigint") return undefined;
  return rule.cast(value) as number | bigint | undefined;
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}
