/** Actions and observations on their way. No canonical table holds them. */
import { z } from "zod";
import { EnvelopeKind, EnvelopeStatus } from "../grammar/envelope.js";
import { Visibility } from "../grammar/visibility.js";
import { inAnyCase, int64, json, text } from "./column-shapes.js";

export const EventEnvelopeRow = z.strictObject({
  time_created: int64,
  scheduled_step: int64,
  envelope_kind: inAnyCase(EnvelopeKind),
  actor_agent_id: text.nullish(),
  observer_agent_id: text.nullish(),
  channel_name: text.nullish(),
  visibility_scope: inAnyCase(Visibility).nullish(),
  payload: json.default({}),
  origin: json.default({}),
  status: inAnyCase(EnvelopeStatus),
});
export type EventEnvelopeRow = z.output<typeof EventEnvelopeRow>;
