/** Who an agent is, how it feels, and how it takes what happens. No table holds these whole. */
import { z } from "zod";
import { json, share, text } from "./column-shapes.js";

export const Persona = z.strictObject({
  persona_id: text,
  label: text,
  traits: json.default({}),
});
export type Persona = z.output<typeof Persona>;

/** Each from 0 to 1. */
export const AffectState = z.strictObject({
  valence: share.default(0.5),
  arousal: share.default(0.5),
  stress: share.default(0),
});
export type AffectState = z.output<typeof AffectState>;

/** Each from 0 to 1. */
export const AppraisalVector = z.strictObject({
  valence: share,
  arousal: share,
  certainty: share,
  novelty: share,
  goal_congruence: share,
});
export type AppraisalVector = z.output<typeof AppraisalVector>;

export const Interpretation = z.strictObject({
  event_type: text,
  targets: z.array(z.json(), "must be an array").default([]),
  inferred: json.default({}),
  salience: share,
});
export type Interpretation = z.output<typeof Interpretation>;
