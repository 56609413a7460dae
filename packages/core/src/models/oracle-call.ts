/** Calls of an oracle: rows of `oracle_calls`. */
import { z } from "zod";
import { int64, json, text, tick } from "./column-shapes.js";

/** The column holds 0 or 1; true and false are given as those. */
const zeroOrOne = z
  .custom<boolean | 0 | 1 | 0n | 1n>(
    (value) => typeof value === "boolean" || [0, 1, 0n, 1n].includes(value as number),
    "must be true, false, 1 or 0",
  )
  .transform((value) => Number(value) as 0 | 1);

export const OracleCallRow = z.strictObject({
  tick,
  agent_id: text,
  engine: text,
  signature_id: text,
  persona_id: text,
  persona_hash: text,
  representation_hash: text,
  context_hash: text,
  value_json: text,
  latency_ms: int64,
  cache_hit: zeroOrOne,
  n_tool_calls: int64,
  tool_seq: json.default({}),
});
export type OracleCallRow = z.output<typeof OracleCallRow>;
