import * as core from "@crv/core/models";
import { describe, expect, test } from "vitest";
import { GrammarError, openRun } from "../src/index.js";
import * as models from "../src/models.js";
import { scratchDirectory } from "./support/scratch.js";

describe("crv/models", () => {
  test("exports every vocabulary and model of the canonical tables", () => {
    expect(Object.keys(models).sort()).toEqual(Object.keys(core).sort());
    expect(models.ROW_MODELS).toBe(core.ROW_MODELS);
  });

  test("gives rows that append takes, and errors of the family", async () => {
    const edge = models.parseRow("identity_edges", {
      tick: 0,
      observer_agent_id: "A0",
      edge_kind: models.RepresentationEdgeKind.SELF_TO_OBJECT,
      subject_id: "A0",
      token_id: "T1",
      edge_weight: 0.5,
    });
    await using run = await openRun({ root: await scratchDirectory(), runId: "r" });
    await run.append("identity_edges", [edge]);
    expect(await run.scan("identity_edges").toRows()).toMatchObject([edge]);
    expect(() => models.normalizeVisibility("all")).toThrow(GrammarError);
  });
});
