import { describe, expect, test } from "vitest";
import { columnsOf, type Predicate } from "../src/index.js";

const a: Predicate = { kind: "compare", column: "a", op: "eq", value: 1 };
const b: Predicate = { kind: "in", column: "b", values: ["x", "y"] };
const c: Predicate = { kind: "isNull", column: "c" };

describe("columnsOf", () => {
  test.each([
    ["a comparison", a, ["a"]],
    ["a set", b, ["b"]],
    ["a test for null", c, ["c"]],
    ["a conjunction", { kind: "and", of: [a, b] }, ["a", "b"]],
    ["a disjunction", { kind: "or", of: [c, a] }, ["c", "a"]],
    ["a negation", { kind: "not", of: b }, ["b"]],
    ["nothing", { kind: "and", of: [] }, []],
    [
      "a tree that names one column twice",
      { kind: "or", of: [{ kind: "and", of: [a, { kind: "not", of: c }] }, a] },
      ["a", "c"],
    ],
  ] satisfies readonly (readonly [string, Predicate, readonly string[]])[])(
    "of %s",
    (_, predicate, columns) => {
      expect([...columnsOf(predicate)]).toEqual(columns);
    },
  );
});
