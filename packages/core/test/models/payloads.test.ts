import { describe, expect, test } from "vitest";
import {
  ActionCandidate,
  AffectState,
  AppraisalVector,
  DecisionHead,
  EventEnvelopeRow,
  GraphEdit,
  Interpretation,
  Persona,
  RepresentationPatch,
  ScenarioContext,
  Utterance,
} from "../../src/models.js";

describe("payload models", () => {
  test("fill what may be left out", () => {
    expect(Utterance.parse({ act: "assert", topic: "t" })).toEqual({
      act: "assert",
      topic: "t",
      claims: [],
      style: {},
      audience: [],
    });
    expect(DecisionHead.parse({})).toEqual({
      token_value_estimates: {},
      action_candidates: [],
      abstain: false,
      temperature: 0,
    });
    expect(AffectState.parse({})).toEqual({ valence: 0.5, arousal: 0.5, stress: 0 });
    expect(RepresentationPatch.parse({})).toEqual({ edits: [] });
    expect(Persona.parse({ persona_id: "p", label: "l" })).toMatchObject({ traits: {} });
    expect(ScenarioContext.parse({ visibility_scope: "Room" })).toEqual({
      visibility_scope: "room",
      salient_agent_pairs: [],
      exchange_snapshot: {},
    });
    expect(Interpretation.parse({ event_type: "e", salience: 1 })).toMatchObject({ targets: [] });
  });

  test("refuse fields that they do not have", () => {
    const models = [AffectState, DecisionHead, RepresentationPatch, ScenarioContext];
    for (const model of models) expect(model.safeParse({ colour: 1 }).success).toBe(false);
  });

  test("bound shares from 0 to 1", () => {
    const appraisal = { valence: 0, arousal: 1, certainty: 0.5, novelty: 0.5, goal_congruence: 1 };
    expect(AppraisalVector.parse(appraisal)).toEqual(appraisal);
    for (const value of [-0.1, 1.1, Number.NaN, "0.5", undefined]) {
      expect(AppraisalVector.safeParse({ ...appraisal, novelty: value }).success).toBe(false);
      expect(Interpretation.safeParse({ event_type: "e", salience: value }).success).toBe(false);
    }
  });

  test.each([
    ["set_identity_edge_weight", true],
    ["decay_identity_edges", true],
    ["Set_identity_edge_weight", false],
    ["set_o2o_edge_weight", false],
    ["adjust_o2o_edge_weight", false],
    ["decay_o2o_edges", false],
    [undefined, false],
    [3, false],
  ])("an edit %s: %s", (operation, isTaken) => {
    const edit = { operation, edge_kind: "self_to_agent", decay_lambda: 0.5 };
    expect(GraphEdit.safeParse(edit).success).toBe(isTaken);
    expect(RepresentationPatch.safeParse({ edits: [edit] }).success).toBe(isTaken);
  });

  test("candidates have a known action", () => {
    const candidate = { action_type: "gift_token", score: 0.5, key: "gift_token" };
    expect(ActionCandidate.parse(candidate)).toEqual({ ...candidate, parameters: {} });
    const result = ActionCandidate.safeParse({ ...candidate, action_type: "GIFT_TOKEN" });
    expect(result.error?.issues[0]?.message).toContain("must be one of acquire_token");
  });

  test("envelopes are read in any case, and given in lower case", () => {
    const envelope = {
      time_created: 1,
      scheduled_step: 2,
      envelope_kind: "Action",
      status: "PENDING",
    };
    expect(EventEnvelopeRow.parse(envelope)).toEqual({
      ...envelope,
      envelope_kind: "action",
      status: "pending",
      payload: {},
      origin: {},
    });
    expect(EventEnvelopeRow.safeParse({ ...envelope, status: "done" }).success).toBe(false);
  });
});
