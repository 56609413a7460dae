/** What an agent saw before it decided: the context, and its row in `scenarios_seen`. */
import { z } from "zod";
import { Visibility } from "../grammar/visibility.js";
import { inAnyCase, json, jsonList, real, text, tick } from "./column-shapes.js";

const context = {
  token_id: text.nullish(),
  owner_status: text.nullish(),
  peer_alignment_label: text.nullish(),
  group_label: text.nullish(),
  visibility_scope: inAnyCase(Visibility).nullish(),
  channel_name: text.nullish(),
  salient_agent_pairs: jsonList.default([]),
  exchange_snapshot: json.default({}),
  recent_affect_index: real.nullish(),
  salient_other_agent_id: text.nullish(),
};

export const ScenarioContext = z.strictObject(context);
export type ScenarioContext = z.output<typeof ScenarioContext>;

/** `context_hash`: see `hashContext`. */
export const ScenarioRow = z.strictObject({
  tick,
  observer_agent_id: text,
  ...context,
  context_hash: text,
});
export type ScenarioRow = z.output<typeof ScenarioRow>;
