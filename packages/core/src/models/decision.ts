/** What an agent may do, and chose to do: its candidates, and rows of `decisions`. */
import { z } from "zod";
import { ActionKind } from "../grammar/action-kind.js";
import { exactly, flag, json, jsonList, real, text, tick } from "./column-shapes.js";

/** `key` is a label, see `canonicalActionKey`. */
export const ActionCandidate = z.strictObject({
  action_type: exactly(ActionKind),
  parameters: json.default({}),
  score: real,
  key: text,
});
export type ActionCandidate = z.output<typeof ActionCandidate>;

/** Values by token id. */
const tokenValues = z.record(z.string(), real, "must be an object of finite numbers by token id");

export const DecisionHead = z.strictObject({
  token_value_estimates: tokenValues.default({}),
  action_candidates: z.array(ActionCandidate).default([]),
  abstain: flag.default(false),
  temperature: real.default(0),
});
export type DecisionHead = z.output<typeof DecisionHead>;

export const DecisionRow = z.strictObject({
  tick,
  agent_id: text,
  chosen_action: json,
  action_candidates: jsonList,
  token_value_estimates: tokenValues,
});
export type DecisionRow = z.output<typeof DecisionRow>;
