/** What is said: the utterance of an agent, and its row in `messages`. */
import { z } from "zod";
import { Visibility } from "../grammar/visibility.js";
import { inAnyCase, json, jsonList, text, textList, tick } from "./column-shapes.js";

export const Utterance = z.strictObject({
  act: text,
  topic: text,
  stance: text.nullish(),
  claims: jsonList.default([]),
  style: json.default({}),
  audience: textList.default([]),
});
export type Utterance = z.output<typeof Utterance>;

/** `claims` is one object, as the column is: `{ items: utterance.claims }` holds those of an utterance. */
export const MessageRow = z.strictObject({
  tick,
  sender_agent_id: text,
  channel_name: text,
  visibility_scope: inAnyCase(Visibility),
  audience: json,
  speech_act: text,
  topic_label: text,
  stance_label: text.nullish(),
  claims: json.default({}),
  style: json.default({}),
});
export type MessageRow = z.output<typeof MessageRow>;
