/**
 * The eight canonical tables of a simulation run. Names, columns, order and nullability are fixed:
 * the Python reader of these runs relies on them. Source: docs/format/canonical-tables.md.
 */
import type { ColumnSpecs } from "./column-type.js";
import { makeDescriptor, type TableDescriptor } from "./descriptor.js";
import { GrammarError, show } from "./errors.js";
import type { TableKey } from "./id-types.js";
import { parseTableKey } from "./ids.js";

/** Names of the canonical tables. */
export const TableName = {
  EXCHANGE: "exchange",
  IDENTITY_EDGES: "identity_edges",
  SCENARIOS_SEEN: "scenarios_seen",
  MESSAGES: "messages",
  DECISIONS: "decisions",
  ORACLE_CALLS: "oracle_calls",
  HOLDINGS: "holdings",
  HOLDINGS_VALUATION: "holdings_valuation",
} as const;

export type TableName = (typeof TableName)[keyof typeof TableName];

function canonical<const Specs extends ColumnSpecs, Name extends TableName>(
  name: Name,
  columns: Specs,
  requiredOrder?: readonly string[],
): TableDescriptor<{ readonly bucket: "i64"; readonly tick: "i64" } & Specs, Name> {
  return makeDescriptor(
    parseTableKey(name) as TableKey & Name,
    {
      name,
      columns: { bucket: "i64", tick: "i64", ...columns },
      ...(requiredOrder && { requiredOrder }),
    } as never,
  );
}

export const EXCHANGE_DESC = canonical(TableName.EXCHANGE, {
  venue_id: "str",
  token_id: "str",
  exchange_event_type: "str",
  side: "str?",
  quantity: "f64?",
  price: "f64?",
  actor_agent_id: "str?",
  counterparty_agent_id: "str?",
  baseline_value: "f64?",
  additional_payload: "struct",
});

export const IDENTITY_EDGES_DESC = canonical(TableName.IDENTITY_EDGES, {
  observer_agent_id: "str",
  edge_kind: "str",
  subject_id: "str?",
  object_id: "str?",
  related_agent_id: "str?",
  token_id: "str?",
  edge_weight: "f64",
  edge_sign: "i64?",
});

export const SCENARIOS_SEEN_DESC = canonical(
  TableName.SCENARIOS_SEEN,
  {
    observer_agent_id: "str",
    token_id: "str?",
    owner_status: "str?",
    peer_alignment_label: "str?",
    group_label: "str?",
    visibility_scope: "str?",
    channel_name: "str?",
    salient_agent_pairs: "list[struct]",
    exchange_snapshot: "struct",
    recent_affect_index: "f64?",
    salient_other_agent_id: "str?",
    context_hash: "str",
  },
  // The original lists context_hash fourth among the required, though it is the last column.
  [
    "bucket",
    "tick",
    "observer_agent_id",
    "context_hash",
    "salient_agent_pairs",
    "exchange_snapshot",
  ],
);

export const MESSAGES_DESC = canonical(TableName.MESSAGES, {
  sender_agent_id: "str",
  channel_name: "str",
  visibility_scope: "str",
  audience: "struct",
  speech_act: "str",
  topic_label: "str",
  stance_label: "str?",
  claims: "struct",
  style: "struct",
});

export const DECISIONS_DESC = canonical(TableName.DECISIONS, {
  agent_id: "str",
  chosen_action: "struct",
  action_candidates: "list[struct]",
  token_value_estimates: "struct",
});

export const ORACLE_CALLS_DESC = canonical(TableName.ORACLE_CALLS, {
  agent_id: "str",
  engine: "str",
  signature_id: "str",
  persona_id: "str",
  persona_hash: "str",
  representation_hash: "str",
  context_hash: "str",
  value_json: "str",
  latency_ms: "i64",
  cache_hit: "i64",
  n_tool_calls: "i64",
  tool_seq: "struct",
});

export const HOLDINGS_DESC = canonical(TableName.HOLDINGS, {
  agent_id: "str",
  token_id: "str",
  quantity: "i64",
});

export const HOLDINGS_VALUATION_DESC = canonical(TableName.HOLDINGS_VALUATION, {
  agent_id: "str",
  token_id: "str",
  quantity: "i64",
  avg_unit_cost: "f64?",
  cost_value: "f64?",
  mark_price: "f64?",
  mark_value: "f64?",
  realized_pnl: "f64?",
  unrealized_pnl: "f64?",
  price_source: "str?",
  accounting_method: "str?",
});

/** Descriptor of each canonical table by name; types `append("identity_edges", …)`. */
export const CANONICAL_TABLES = {
  exchange: EXCHANGE_DESC,
  identity_edges: IDENTITY_EDGES_DESC,
  scenarios_seen: SCENARIOS_SEEN_DESC,
  messages: MESSAGES_DESC,
  decisions: DECISIONS_DESC,
  oracle_calls: ORACLE_CALLS_DESC,
  holdings: HOLDINGS_DESC,
  holdings_valuation: HOLDINGS_VALUATION_DESC,
} as const satisfies Record<TableName, TableDescriptor>;

export function isTableName(value: unknown): value is TableName {
  return typeof value === "string" && Object.hasOwn(CANONICAL_TABLES, value);
}

/** @throws GrammarError `UNKNOWN_TABLE` naming the eight tables. */
export function getTable<N extends TableName>(name: N): (typeof CANONICAL_TABLES)[N] {
  if (isTableName(name)) return CANONICAL_TABLES[name];
  throw new GrammarError(
    "UNKNOWN_TABLE",
    `${show(name)} is not a canonical table: use one of ${Object.keys(CANONICAL_TABLES).join(", ")}`,
    { details: { table: name } },
  );
}

/** The canonical descriptors, in their documented order. */
export function listTables(): readonly TableDescriptor[] {
  return Object.values(CANONICAL_TABLES);
}
