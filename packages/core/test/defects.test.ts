/**
 * Goal: defects of the Python original that this package could repeat are not here. Their numbers are
 * those of the table in docs/design/defects-of-the-original.md.
 */
import { describe, expect, test } from "vitest";
import {
  CANONICAL_TABLES,
  checkCompatible,
  GrammarError,
  isCompatible,
  isLowerSnake,
  parseRunId,
  parseSchemaVersion,
  SchemaError,
  schemaVersion,
  VersionMismatch,
} from "../src/index.js";
import {
  canonicalActionKey,
  EventEnvelopeRow,
  GraphEdit,
  MessageRow,
  OracleCallRow,
  ROW_MODELS,
} from "../src/models.js";
import { SAMPLE_ROWS } from "./models/sample-rows.js";

describe("defects of the original", () => {
  test("defect 18: a run id cannot leave the root, and a newline ends no name", () => {
    for (const id of ["../../evil", "..", ".", "a/b", "a\\b", "a:b", "run\n", "", "C:run", "a\0"]) {
      expect.soft(() => parseRunId(id), JSON.stringify(id)).toThrow(GrammarError);
    }
    expect(parseRunId("20250101-000000")).toBe("20250101-000000");
    expect(isLowerSnake("agent_id\n")).toBe(false);
  });

  test("defect 24: a minor version is compatible, a major one is refused, dates are dates", () => {
    const current = schemaVersion(1, 3, "2025-01-01");
    expect(isCompatible(schemaVersion(1, 4, "2025-02-01"), current)).toBe(true);
    expect(isCompatible(schemaVersion(2, 0, "2025-02-01"), current)).toBe(false);
    expect(() => checkCompatible(schemaVersion(7, 0, "2025-02-01"), "part x")).toThrow(
      VersionMismatch,
    );
    for (const date of ["20250920", "2025-W38-6", "2025-02-30", "2025-09-20\n"]) {
      expect.soft(() => schemaVersion(0, 1, date), date).toThrow(SchemaError);
      expect.soft(() => parseSchemaVersion(`0.1@${date}`), date).toThrow(SchemaError);
    }
  });

  test("defect 28: models and tables agree, and a model never throws anything but its own error", () => {
    expect(Object.keys(ROW_MODELS)).toEqual(Object.keys(CANONICAL_TABLES));
    for (const cache_hit of [true, 1, 1n]) {
      const call = OracleCallRow.parse({ ...SAMPLE_ROWS.oracle_calls, cache_hit });
      expect(call.cache_hit).toBe(1);
    }
    expect(OracleCallRow.safeParse({ ...SAMPLE_ROWS.oracle_calls, cache_hit: 2 }).success).toBe(
      false,
    );
    expect(MessageRow.safeParse({ ...SAMPLE_ROWS.messages, claims: [{}] }).success).toBe(false);

    for (const value of [5, null, {}, [], Symbol("x")]) {
      const envelope = { time_created: 0, scheduled_step: 0, envelope_kind: value, status: value };
      expect(EventEnvelopeRow.safeParse(envelope).success).toBe(false);
      expect(GraphEdit.safeParse({ operation: value, edge_kind: value }).success).toBe(false);
    }
    expect(canonicalActionKey("send_chat_message", { utterance: "well, yes" })).toBe(
      "send_chat_message:utterance=well, yes",
    );
  });
});
