import { describe, expect, test } from "vitest";
import { GrammarError } from "../../src/index.js";
import {
  ActionKind,
  actionKindFromValue,
  canonicalActionKey,
  edgeKindFromValue,
  exchangeKindFromValue,
  normalizeChannelType,
  normalizeVisibility,
} from "../../src/models.js";

function codeOf(call: () => unknown): string {
  try {
    return `gave ${String(call())}`;
  } catch (error) {
    expect(error).toBeInstanceOf(GrammarError);
    return (error as GrammarError).code;
  }
}

describe("kinds from values", () => {
  test("are found exactly", () => {
    expect(actionKindFromValue("publish_vote_outcome_from_venue")).toBe(
      ActionKind.PUBLISH_VOTE_OUTCOME,
    );
    expect(exchangeKindFromValue("peer_offer")).toBe("peer_offer");
    expect(edgeKindFromValue("agent_pair_to_object")).toBe("agent_pair_to_object");
  });

  test.each([
    ["Gift_Token", "INVALID_NAME"],
    [" gift_token", "INVALID_NAME"],
    ["gift_token\n", "INVALID_NAME"],
    ["", "INVALID_NAME"],
    [null, "INVALID_NAME"],
    [7, "INVALID_NAME"],
    ["gift_tokens", "UNKNOWN_VALUE"],
    ["constructor", "UNKNOWN_VALUE"],
  ])("refuse %j", (value, code) => {
    for (const find of [actionKindFromValue, exchangeKindFromValue, edgeKindFromValue]) {
      expect(codeOf(() => find(value))).toBe(code);
    }
  });

  test("topology edges are no edges of identity", () => {
    expect(codeOf(() => edgeKindFromValue("follows"))).toBe("UNKNOWN_VALUE");
  });
});

describe("normalizeVisibility, normalizeChannelType", () => {
  test.each(["public", "Group", "ROOM", "dM"])("lower the case of %s", (value) => {
    expect(normalizeVisibility(value)).toBe(value.toLowerCase());
    expect(normalizeChannelType(value)).toBe(value.toLowerCase());
  });

  test.each([" public", "public ", "publik", "", null, undefined, 3, {}])("refuse %j", (value) => {
    expect(codeOf(() => normalizeVisibility(value))).toBe("UNKNOWN_VALUE");
    expect(codeOf(() => normalizeChannelType(value))).toBe("UNKNOWN_VALUE");
  });

  test("name what is allowed, sorted, and the value", () => {
    expect(() => normalizeVisibility("Publik")).toThrow(
      'visibility must be one of dm, group, public, room (got: "Publik")',
    );
  });
});

describe("canonicalActionKey", () => {
  test.each([
    [{}, "gift_token"],
    [{ token_id: "T1", quantity: 2 }, "gift_token:quantity=2|token_id=T1"],
    [{ quantity: 2, token_id: "T1", mode: undefined }, "gift_token:quantity=2|token_id=T1"],
    [{ note: "a, b" }, "gift_token:note=a, b"],
    [{ legs: [{ b: 1, a: null }], on: true }, 'gift_token:legs=[{"a":null,"b":1}]|on=true'],
    [{ big: 9007199254740993n }, "gift_token:big=9007199254740993"],
  ])("of %o is %s", (parameters, key) => {
    expect(canonicalActionKey(ActionKind.GIFT_TOKEN, parameters)).toBe(key);
  });

  test("is the same in whatever order the parameters come", () => {
    const one = canonicalActionKey("swap_at_venue", { b: 1, a: 2, "\u{10000}": 3, "\ue000": 4 });
    const other = canonicalActionKey("swap_at_venue", { "\ue000": 4, "\u{10000}": 3, a: 2, b: 1 });
    expect(one).toBe(other);
    expect(one).toBe("swap_at_venue:a=2|b=1|\ue000=4|\u{10000}=3");
  });

  test("refuses a kind that does not exist, and what has no JSON form", () => {
    expect(codeOf(() => canonicalActionKey("dance" as never))).toBe("UNKNOWN_VALUE");
    expect(() => canonicalActionKey("gift_token", { quantity: Number.NaN })).toThrow("NaN");
  });
});
