/** Edges of what an agent holds to be true: rows of `identity_edges`. */
import { z } from "zod";
import { RepresentationEdgeKind } from "../grammar/edge-kind.js";
import { exactly, int64, real, text, tick } from "./column-shapes.js";

/** Columns that may hold the ends of an edge. */
export type IdentityEdgeSlot = "subject_id" | "object_id" | "related_agent_id" | "token_id";

/** The slots that each kind of edge must fill, in order of their names. It may fill others, too. */
export const IDENTITY_EDGE_SLOTS: Readonly<
  Record<RepresentationEdgeKind, readonly IdentityEdgeSlot[]>
> = {
  self_to_positive_valence: [],
  self_to_negative_valence: [],
  self_to_object: ["subject_id", "token_id"],
  self_to_agent: ["object_id", "subject_id"],
  agent_to_positive_valence: ["subject_id"],
  agent_to_negative_valence: ["subject_id"],
  agent_to_object: ["subject_id", "token_id"],
  agent_to_agent: ["object_id", "subject_id"],
  agent_pair_to_object: ["related_agent_id", "subject_id", "token_id"],
  object_to_positive_valence: ["token_id"],
  object_to_negative_valence: ["token_id"],
  object_to_object: ["object_id", "subject_id"],
};

/** An empty text fills no slot. */
export const IdentityEdgeRow = z
  .strictObject({
    tick,
    observer_agent_id: text,
    edge_kind: exactly(RepresentationEdgeKind),
    subject_id: text.nullish(),
    object_id: text.nullish(),
    related_agent_id: text.nullish(),
    token_id: text.nullish(),
    edge_weight: real,
    edge_sign: int64.nullish(),
  })
  .superRefine((edge, context) => {
    const needed = IDENTITY_EDGE_SLOTS[edge.edge_kind];
    const missing = needed.filter((slot) => !edge[slot]);
    for (const slot of missing) {
      context.addIssue({
        code: "custom",
        path: [slot],
        message: `edge kind ${edge.edge_kind} requires ${needed.join(", ")}; missing: ${missing.join(", ")}`,
      });
    }
  });
export type IdentityEdgeRow = z.output<typeof IdentityEdgeRow>;
