/** Edits of what an agent holds to be true. */
import { z } from "zod";
import { PatchOp, RepresentationEdgeKind } from "../grammar/edge-kind.js";
import { exactly, real, share, text } from "./column-shapes.js";

/** Which slots and weights an operation needs is not checked here. */
export const GraphEdit = z.strictObject({
  operation: exactly(PatchOp),
  edge_kind: exactly(RepresentationEdgeKind),
  subject_id: text.nullish(),
  object_id: text.nullish(),
  related_agent_id: text.nullish(),
  token_id: text.nullish(),
  new_weight: real.nullish(),
  delta_weight: real.nullish(),
  scope_selector: text.nullish(),
  decay_lambda: share.nullish(),
});
export type GraphEdit = z.output<typeof GraphEdit>;

export const RepresentationPatch = z.strictObject({
  edits: z.array(GraphEdit).default([]),
  energy_delta: real.nullish(),
});
export type RepresentationPatch = z.output<typeof RepresentationPatch>;
