import type { Predicate } from "@crv/core";
import { describe, expect, test } from "vitest";
import { crvError, everything, openDataset } from "./open-dataset.js";

/** What storage gets for a filter on {@link everything}. */
async function predicateOf(filter: unknown): Promise<Predicate | undefined> {
  const { run, storage } = openDataset({ tables: [everything] });
  await run.append("everything", [{ tick: 0 }]);
  await run.scan("everything", { filter } as never).toRows();
  return storage.requests[0]?.filter;
}

describe("filter", () => {
  test.each<[object, Predicate | undefined]>([
    [{}, undefined],
    [{ name: "a" }, { kind: "compare", column: "name", op: "eq", value: "a" }],
    [{ name: null }, { kind: "isNull", column: "name" }],
    [{ name: { isNull: true } }, { kind: "isNull", column: "name" }],
    [{ name: { isNull: false } }, { kind: "not", of: { kind: "isNull", column: "name" } }],
    [{ payload: null }, { kind: "isNull", column: "payload" }],
    [{ name: { in: ["a", "b"] } }, { kind: "in", column: "name", values: ["a", "b"] }],
    [
      { wide: { between: [1, 2n ** 60n] } },
      {
        kind: "and",
        of: [
          { kind: "compare", column: "wide", op: "ge", value: 1 },
          { kind: "compare", column: "wide", op: "le", value: 2n ** 60n },
        ],
      },
    ],
    [
      { name: { startsWith: "ab" } },
      {
        kind: "and",
        of: [
          { kind: "compare", column: "name", op: "ge", value: "ab" },
          { kind: "compare", column: "name", op: "lt", value: "ac" },
        ],
      },
    ],
    [{ name: { startsWith: "" } }, { kind: "compare", column: "name", op: "ge", value: "" }],
    [{ name: { in: [] } }, { kind: "in", column: "name", values: [] }],
    [{ wide: 2n ** 60n }, { kind: "compare", column: "wide", op: "eq", value: 2n ** 60n }],
    [{ wide: { gt: 1.5 } }, { kind: "compare", column: "wide", op: "gt", value: 1.5 }],
    [{ wide: true }, { kind: "compare", column: "wide", op: "eq", value: 1 }],
    [{ ratio: 0.1 }, { kind: "compare", column: "ratio", op: "eq", value: Math.fround(0.1) }],
    [{ flag: { ne: true } }, { kind: "compare", column: "flag", op: "ne", value: true }],
    [{ at: { le: new Date(5) } }, { kind: "compare", column: "at", op: "le", value: 5000n }],
    [{ at: 7n }, { kind: "compare", column: "at", op: "eq", value: 7n }],
    [
      { real: { ge: 1, lt: 2 }, name: "a" },
      {
        kind: "and",
        of: [
          { kind: "compare", column: "real", op: "ge", value: 1 },
          { kind: "compare", column: "real", op: "lt", value: 2 },
          { kind: "compare", column: "name", op: "eq", value: "a" },
        ],
      },
    ],
    [
      { or: [{ name: "a" }, { name: "b", flag: true }], not: { name: "c" } },
      {
        kind: "and",
        of: [
          {
            kind: "or",
            of: [
              { kind: "compare", column: "name", op: "eq", value: "a" },
              {
                kind: "and",
                of: [
                  { kind: "compare", column: "name", op: "eq", value: "b" },
                  { kind: "compare", column: "flag", op: "eq", value: true },
                ],
              },
            ],
          },
          { kind: "not", of: { kind: "compare", column: "name", op: "eq", value: "c" } },
        ],
      },
    ],
    [
      { and: [{ name: "a" }, {}] },
      {
        kind: "and",
        of: [
          { kind: "compare", column: "name", op: "eq", value: "a" },
          { kind: "and", of: [] },
        ],
      },
    ],
  ])("reads %o", async (filter, predicate) => {
    expect(await predicateOf(filter)).toEqual(predicate);
  });

  test.each([
    [5, "object of conditions"],
    [[], "object of conditions"],
    [{ nmae: "a" }, 'did you mean "name"?'],
    [{ constructor: "a" }, "no column"],
    [{ name: undefined }, "leave it out"],
    [{ name: 5 }, "a string (got: 5)"],
    [{ name: ["a"] }, "{ in: [ … ] }"],
    [{ name: {} }, "no operator"],
    [{ name: { gte: "a" } }, 'no operator "gte"'],
    [{ name: { eq: null } }, "{ isNull: true }"],
    [{ name: { in: "a" } }, '"in" of column "name" takes an array'],
    [{ name: { in: [null] } }, "{ isNull: true }"],
    [{ name: { isNull: 1 } }, "true or false"],
    [{ wide: "5" }, "a number or a BigInt"],
    [{ wide: 2 ** 60 }, "pass a BigInt"],
    [{ real: Number.NaN }, "NaN equals nothing"],
    [{ flag: { gt: false } }, "has no order"],
    [{ flag: 1 }, "true or false"],
    [{ at: "2024-01-01" }, "a Date"],
    [{ at: new Date(Number.NaN) }, "a Date"],
    [{ payload: "a" }, "cannot be compared"],
    [{ bytes: { eq: new Uint8Array(1) } }, "cannot be compared"],
    [{ point: { gt: 1 } }, "cannot be compared"],
    [{ or: { name: "a" } }, "array of filters"],
    [{ not: [{ name: "a" }] }, "object of conditions"],
    [{ and: [{ nmae: 1 }] }, "no column"],
  ])("refuses %o at once", (filter, message) => {
    const { run } = openDataset({ tables: [everything] });
    expect(() => run.scan("everything", { filter } as never)).toThrow(
      crvError("INVALID_FILTER", {}, message),
    );
  });
});
