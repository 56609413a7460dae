/**
 * What the canonical tables of a simulation mean: vocabularies, row models and payload models. A
 * subpath, so that programs with tables of their own do not load it.
 */
export {
  ActionKind,
  actionKindFromValue,
  canonicalActionKey,
} from "./grammar/action-kind.js";
export {
  edgeKindFromValue,
  PatchOp,
  RepresentationEdgeKind,
  TopologyEdgeKind,
} from "./grammar/edge-kind.js";
export { EnvelopeKind, EnvelopeStatus } from "./grammar/envelope.js";
export { ExchangeKind, exchangeKindFromValue, Side } from "./grammar/exchange-kind.js";
export {
  ChannelType,
  normalizeChannelType,
  normalizeVisibility,
  Visibility,
} from "./grammar/visibility.js";
export { ActionCandidate, DecisionHead, DecisionRow } from "./models/decision.js";
export { EventEnvelopeRow } from "./models/event-envelope.js";
export { ExchangeRow } from "./models/exchange.js";
export { HoldingRow, HoldingValuationRow } from "./models/holding.js";
export {
  IDENTITY_EDGE_SLOTS,
  IdentityEdgeRow,
  type IdentityEdgeSlot,
} from "./models/identity-edge.js";
export { MessageRow, Utterance } from "./models/message.js";
export { AffectState, AppraisalVector, Interpretation, Persona } from "./models/mind.js";
export { OracleCallRow } from "./models/oracle-call.js";
export { GraphEdit, RepresentationPatch } from "./models/representation.js";
export {
  type BrokenRule,
  type CheckedRow,
  checkRow,
  formatBrokenRule,
  type ModelRow,
  parseRow,
  ROW_MODELS,
} from "./models/row-models.js";
export { ScenarioContext, ScenarioRow } from "./models/scenario.js";
