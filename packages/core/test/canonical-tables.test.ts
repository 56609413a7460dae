import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  BUCKET_COLUMN,
  CANONICAL_TABLES,
  GrammarError,
  getTable,
  isTableName,
  listTables,
  SCHEMA_V,
  TableName,
} from "../src/index.js";

/** Python's reader of these runs relies on every word of this list. `?` = nullable. */
const GOLDEN = `
exchange: bucket i64, tick i64, venue_id str, token_id str, exchange_event_type str, side str?, quantity f64?, price f64?, actor_agent_id str?, counterparty_agent_id str?, baseline_value f64?, additional_payload struct
identity_edges: bucket i64, tick i64, observer_agent_id str, edge_kind str, subject_id str?, object_id str?, related_agent_id str?, token_id str?, edge_weight f64, edge_sign i64?
scenarios_seen: bucket i64, tick i64, observer_agent_id str, token_id str?, owner_status str?, peer_alignment_label str?, group_label str?, visibility_scope str?, channel_name str?, salient_agent_pairs list[struct], exchange_snapshot struct, recent_affect_index f64?, salient_other_agent_id str?, context_hash str
messages: bucket i64, tick i64, sender_agent_id str, channel_name str, visibility_scope str, audience struct, speech_act str, topic_label str, stance_label str?, claims struct, style struct
decisions: bucket i64, tick i64, agent_id str, chosen_action struct, action_candidates list[struct], token_value_estimates struct
oracle_calls: bucket i64, tick i64, agent_id str, engine str, signature_id str, persona_id str, persona_hash str, representation_hash str, context_hash str, value_json str, latency_ms i64, cache_hit i64, n_tool_calls i64, tool_seq struct
holdings: bucket i64, tick i64, agent_id str, token_id str, quantity i64
holdings_valuation: bucket i64, tick i64, agent_id str, token_id str, quantity i64, avg_unit_cost f64?, cost_value f64?, mark_price f64?, mark_value f64?, realized_pnl f64?, unrealized_pnl f64?, price_source str?, accounting_method str?
`;

const REQUIRED = {
  exchange: "bucket tick venue_id token_id exchange_event_type additional_payload",
  identity_edges: "bucket tick observer_agent_id edge_kind edge_weight",
  scenarios_seen:
    "bucket tick observer_agent_id context_hash salient_agent_pairs exchange_snapshot",
  messages:
    "bucket tick sender_agent_id channel_name visibility_scope audience speech_act topic_label claims style",
  decisions: "bucket tick agent_id chosen_action action_candidates token_value_estimates",
  oracle_calls:
    "bucket tick agent_id engine signature_id persona_id persona_hash representation_hash context_hash value_json latency_ms cache_hit n_tool_calls tool_seq",
  holdings: "bucket tick agent_id token_id quantity",
  holdings_valuation: "bucket tick agent_id token_id quantity",
};

describe("the canonical tables", () => {
  test("are these, with these columns, in this order", () => {
    const lines = listTables().map(({ name, columns, nullable }) => {
      const list = Object.entries(columns).map(
        ([column, type]) => `${column} ${type}${nullable.includes(column) ? "?" : ""}`,
      );
      return `${name}: ${list.join(", ")}`;
    });
    expect(lines.join("\n")).toBe(GOLDEN.trim());
  });

  test("are those of docs/format/canonical-tables.md", () => {
    const url = new URL("../../../docs/format/canonical-tables.md", import.meta.url);
    const rows = [...readFileSync(url, "utf8").matchAll(/^\| `(\w+)` \| (.+ · .+) \| (\d+) \|$/gm)];
    const lines = rows.map(([, name, columns = ""]) => {
      return `${name}: bucket i64, tick i64, ${columns.replaceAll(" · ", ", ")}`;
    });
    expect(lines.join("\n")).toBe(GOLDEN.trim());
    expect(rows.map(([, , , count]) => Number(count))).toEqual([12, 10, 14, 11, 6, 14, 5, 13]);
  });

  test("have 12, 10, 14, 11, 6, 14, 5 and 13 columns", () => {
    expect(listTables().map(({ columns }) => Object.keys(columns).length)).toEqual([
      12, 10, 14, 11, 6, 14, 5, 13,
    ]);
  });

  test("list their required columns in the order of the original", () => {
    const found = Object.fromEntries(
      listTables().map(({ name, required }) => [name, required.join(" ")]),
    );
    expect(found).toEqual(REQUIRED);
  });

  test.each(listTables().map((table) => [table.name, table] as const))(
    "%s keeps the common rules",
    (_, table) => {
      const { columns, required, nullable } = table;
      expect([...required, ...nullable].sort()).toEqual(Object.keys(columns).sort());
      expect(Object.keys(columns).slice(0, 2)).toEqual([BUCKET_COLUMN, "tick"]);
      expect(table).toMatchObject({
        partitioning: ["bucket"],
        version: SCHEMA_V,
        tickColumn: "tick",
        tickBucketSize: null,
        key: [],
      });
      expect(Object.isFrozen(table.columns)).toBe(true);
    },
  );
});

describe("getTable", () => {
  test("finds each table by name", () => {
    for (const name of Object.values(TableName)) {
      expect(getTable(name)).toBe(CANONICAL_TABLES[name]);
      expect(getTable(name).name).toBe(name);
    }
  });

  test.each(["Exchange", "edges", "", "__proto__", "constructor", "toString", undefined, 1])(
    "refuses %j, naming the eight",
    (name) => {
      expect(isTableName(name)).toBe(false);
      expect(() => getTable(name as never)).toThrow(GrammarError);
      expect(() => getTable(name as never)).toThrow(
        expect.objectContaining({
          code: "UNKNOWN_TABLE",
          message: expect.stringContaining(
            "use one of exchange, identity_edges, scenarios_seen, messages, decisions, oracle_calls, holdings, holdings_valuation",
          ),
        }),
      );
    },
  );
});
