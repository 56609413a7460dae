/** Chooses the rule of a column. */
import {
  type ColumnType,
  isOpenType,
  isStructType,
  parseColumnSpec,
  parseVectorType,
  type ScalarType,
} from "@crv/core";
import { float32Rule, float64Rule } from "./float-rules.js";
import { int32Rule, int64Rule } from "./integer-rules.js";
import { openListRule, openStructRule } from "./json-rules.js";
import { binaryRule, boolRule, textRule, timestampRule } from "./scalar-rules.js";
import { structRule } from "./struct-rule.js";
import type { ValueRule } from "./value-rule.js";
import { vectorRule } from "./vector-rule.js";

const SCALAR_RULES: Readonly<Record<ScalarType, ValueRule>> = {
  i64: int64Rule,
  f64: float64Rule,
  str: textRule,
  bool: boolRule,
  i32: int32Rule,
  f32: float32Rule,
  timestamp: timestampRule,
  binary: binaryRule,
};

export function ruleForType(type: ColumnType): ValueRule {
  if (isStructType(type)) {
    const fields = Object.entries(type.struct).map(([name, spec]) => {
      const parsed = parseColumnSpec(name, spec);
      return { name, nullable: parsed.nullable, rule: ruleForType(parsed.type) };
    });
    return structRule(fields);
  }
  if (isOpenType(type)) return type === "struct" ? openStructRule : openListRule;
  const vector = parseVectorType(type);
  if (vector !== undefined) return vectorRule(vector.element, vector.size);
  return SCALAR_RULES[type as ScalarType];
}
