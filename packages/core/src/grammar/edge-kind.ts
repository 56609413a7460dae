/** Edges of what agents hold to be true, the edits of those edges, and edges of the world. */
import { memberOf } from "./vocabulary.js";

export const RepresentationEdgeKind = {
  SELF_TO_POSITIVE_VALENCE: "self_to_positive_valence",
  SELF_TO_NEGATIVE_VALENCE: "self_to_negative_valence",
  SELF_TO_OBJECT: "self_to_object",
  SELF_TO_AGENT: "self_to_agent",
  AGENT_TO_POSITIVE_VALENCE: "agent_to_positive_valence",
  AGENT_TO_NEGATIVE_VALENCE: "agent_to_negative_valence",
  AGENT_TO_OBJECT: "agent_to_object",
  AGENT_TO_AGENT: "agent_to_agent",
  AGENT_PAIR_TO_OBJECT: "agent_pair_to_object",
  OBJECT_TO_POSITIVE_VALENCE: "object_to_positive_valence",
  OBJECT_TO_NEGATIVE_VALENCE: "object_to_negative_valence",
  OBJECT_TO_OBJECT: "object_to_object",
} as const;

export type RepresentationEdgeKind =
  (typeof RepresentationEdgeKind)[keyof typeof RepresentationEdgeKind];

/** Edges between agents and rooms. No canonical table holds them yet, `identity_edges` never does. */
export const TopologyEdgeKind = {
  IS_NEIGHBOR: "is_neighbor",
  FOLLOWS: "follows",
  IN_GROUP: "in_group",
  CONNECTS_ROOM: "connects_room",
} as const;

export type TopologyEdgeKind = (typeof TopologyEdgeKind)[keyof typeof TopologyEdgeKind];

/** The order is that of the alternatives of `patch_edit` in the grammar. */
export const PatchOp = {
  SET_IDENTITY_EDGE_WEIGHT: "set_identity_edge_weight",
  ADJUST_IDENTITY_EDGE_WEIGHT: "adjust_identity_edge_weight",
  DECAY_IDENTITY_EDGES: "decay_identity_edges",
  REMOVE_IDENTITY_EDGE: "remove_identity_edge",
} as const;

export type PatchOp = (typeof PatchOp)[keyof typeof PatchOp];

/** @throws GrammarError `INVALID_NAME`, `UNKNOWN_VALUE`. */
export function edgeKindFromValue(value: unknown): RepresentationEdgeKind {
  return memberOf(RepresentationEdgeKind, "edge_kind", value);
}
