/** Goal: the vocabularies are those of the grammar: same words, same order, all lower_snake. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { isLowerSnake, TableName } from "../../src/index.js";
import {
  ActionKind,
  ChannelType,
  EnvelopeKind,
  EnvelopeStatus,
  ExchangeKind,
  PatchOp,
  RepresentationEdgeKind,
  Side,
  TopologyEdgeKind,
  Visibility,
} from "../../src/models.js";

const terminals = JSON.parse(
  readFileSync(new URL("../fixtures/grammar-terminals.json", import.meta.url), "utf8"),
) as Readonly<Record<string, readonly string[]>>;

const VOCABULARIES = {
  action_request: ActionKind,
  patch_edit: PatchOp,
  visibility: Visibility,
  channel_type: ChannelType,
  representation_edge_kind: RepresentationEdgeKind,
  topology_edge_kind: TopologyEdgeKind,
  exchange_kind: ExchangeKind,
  side: Side,
  envelope_kind: EnvelopeKind,
  envelope_status: EnvelopeStatus,
  table_name: TableName,
} as const;

/** Members whose names are shorter than their values. */
const SHORTER: Readonly<Record<string, string>> = {
  declare_cooccurrence_between_tokens: "DECLARE_COOCCURRENCE",
  publish_vote_outcome_from_venue: "PUBLISH_VOTE_OUTCOME",
};

test("every list of terminals has a vocabulary, and every vocabulary a list", () => {
  expect(Object.keys(VOCABULARIES).sort()).toEqual(Object.keys(terminals).sort());
});

describe.each(Object.entries(VOCABULARIES))("%s", (name, vocabulary) => {
  test("has the words of the grammar, in its order", () => {
    expect(Object.values(vocabulary)).toEqual(terminals[name]);
  });

  test("has lower_snake values, and names that are those in upper case", () => {
    for (const [member, value] of Object.entries(vocabulary)) {
      expect(isLowerSnake(value)).toBe(true);
      expect(member).toBe(SHORTER[value] ?? value.toUpperCase());
    }
  });
});
