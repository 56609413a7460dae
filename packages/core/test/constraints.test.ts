/** Goal: constraints that cannot be checked, or are not what was meant, are refused where they are declared. */
import { describe, expect, test } from "vitest";
import {
  checkReference,
  defineTable,
  equalDescriptors,
  type TableDescriptor,
} from "../src/index.js";

const columns = {
  id: "i64",
  email: "str?",
  parent: "i64?",
  weight: "f64",
  tags: "list[struct]",
} as const;

function define(constraints: unknown): TableDescriptor {
  return defineTable({
    name: "t",
    columns,
    key: ["id"],
    constraints: constraints as never,
  });
}

function refused(message: string): unknown {
  return expect.objectContaining({
    code: "INVALID_DESCRIPTOR",
    message: expect.stringContaining(message),
    details: { table: "t" },
  });
}

describe("constraints of defineTable", () => {
  test("have one form, frozen to the bottom", () => {
    const { constraints } = define({
      unique: [["email", "parent"], ["id"]],
      references: [
        { columns: ["parent"], table: "t" },
        { columns: ["email"], table: "people", cardinality: { max: 2 } },
      ],
    });
    expect(constraints).toEqual({
      unique: [["email", "parent"], ["id"]],
      references: [
        { columns: ["parent"], table: "t", cardinality: { min: 0, max: null } },
        { columns: ["email"], table: "people", cardinality: { min: 0, max: 2 } },
      ],
    });
    expect(Object.isFrozen(constraints.references[1]?.cardinality)).toBe(true);
  });

  test.each([
    ["a misspelt kind", { uniq: [["id"]] }, "constraints must be an object of unique, references"],
    ["a list of kinds", [["id"]], "constraints must be an object of unique, references"],
    ["one list for all", { unique: "id" }, "constraints.unique must be a list"],
    ["a column for a list", { unique: ["id"] }, "unique needs a list of columns"],
    ["no columns", { unique: [[]] }, "unique needs a list of columns"],
    ["an unknown column", { unique: [["mail"]] }, 'unique column "mail" is not one of its columns'],
    ["a column of objects", { unique: [["__proto__"]] }, "is not one of its columns"],
    ["a column twice", { unique: [["id", "id"]] }, "must name each column once"],
    ["a float", { unique: [["weight"]] }, 'column "weight" must be an i64, i32, str, bool or'],
    ["an open type", { unique: [["tags"]] }, 'column "tags" must be an i64'],
    ["a constraint twice", { unique: [["id"], ["id"]] }, 'unique ["id"] is declared twice'],
    [
      "a reference twice",
      { references: [1, 2].map((max) => ({ columns: ["id"], table: "o", cardinality: { max } })) },
      "is declared twice",
    ],
    [
      "a misspelt member of a reference",
      { references: [{ columns: ["id"], table: "o", max: 3 }] },
      "references must be an object of columns, table, cardinality",
    ],
    ["a reference of null", { references: [null] }, "references must be an object"],
    ...[{ min: -1 }, { min: 0.5 }, { max: 0 }, { min: 3, max: 2 }, { max: "3" }].map(
      (cardinality): [string, unknown, string] => [
        `the cardinality ${JSON.stringify(cardinality)}`,
        { references: [{ columns: ["id"], table: "o", cardinality }] },
        "cardinality of references needs whole numbers",
      ],
    ),
    [
      "a reference to itself that is not its key",
      { references: [{ columns: ["email"], table: "t" }] },
      'column "email" is str and the key column "id" is i64',
    ],
  ])("refuse %s", (_, constraints, message) => {
    expect(() => define(constraints)).toThrow(refused(message) as Error);
  });

  test("refuse a table name that is none", () => {
    const references = [{ columns: ["id"], table: "../x" }];
    expect(() => define({ references })).toThrow(expect.objectContaining({ code: "INVALID_NAME" }));
  });
});

describe("checkReference", () => {
  const table = define({ references: [{ columns: ["email"], table: "o" }] });
  const [reference] = table.constraints.references;
  const other = (key: readonly string[]) =>
    defineTable({ name: "o", columns: { a: "str", b: "i32" }, key: key as never });

  test.each([
    ["does not exist", undefined, 'references table "o", which does not exist: describe it'],
    ["has no key", other([]), "which has no key: declare one"],
    [
      "has a wider key",
      other(["a", "b"]),
      'whose key has the columns ["a","b"]: name one for each',
    ],
    ["has a key of another type", other(["b"]), '"email" is str and the key column "b" is i32'],
  ])("refuses a table that %s", (_, referenced, message) => {
    expect(() => checkReference(table, reference as never, referenced)).toThrow(
      refused(message) as Error,
    );
  });

  test("accepts the key of the table", () => {
    expect(() => checkReference(table, reference as never, other(["a"]))).not.toThrow();
  });
});

describe("equalDescriptors", () => {
  test("tells constraints apart, but not by their order", () => {
    const a = define({ unique: [["id"], ["email"]] });
    expect(equalDescriptors(a, define({ unique: [["email"], ["id"]] }))).toBe(true);
    expect(equalDescriptors(a, define({ unique: [["id"]] }))).toBe(false);
    expect(equalDescriptors(a, define({}))).toBe(false);
  });
});
