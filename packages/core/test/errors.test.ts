import { describe, expect, test } from "vitest";
import {
  ConflictError,
  CrvError,
  ERROR_ACTIONS,
  type ErrorCode,
  GrammarError,
  IoConfigError,
  IoError,
  IoManifestError,
  IoSchemaError,
  IoWriteError,
  type OperationRef,
  SchemaError,
  show,
  UnknownOutcomeError,
  VersionMismatch,
} from "../src/index.js";

const OPERATION = {
  operationId: "01JZ8M3Q4R5S6T7V8W9XABCDEF",
  branch: "main",
  base: 3,
} as OperationRef;

describe("ERROR_ACTIONS", () => {
  test("gives every code one of the five actions", () => {
    const actions = new Set(["retry", "refresh", "fix-input", "repair", "stop"]);
    for (const [code, action] of Object.entries(ERROR_ACTIONS)) {
      expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
      expect(actions).toContain(action);
    }
  });

  test("lists the codes in order", () => {
    const codes = Object.keys(ERROR_ACTIONS);
    expect(codes).toEqual([...codes].sort());
  });
});

describe("the error family", () => {
  test.each([
    ["CrvError", CrvError, []],
    ["SchemaError", SchemaError, [CrvError]],
    ["GrammarError", GrammarError, [CrvError]],
    ["VersionMismatch", VersionMismatch, [CrvError]],
    ["IoError", IoError, [CrvError]],
    ["IoConfigError", IoConfigError, [IoError, CrvError]],
    ["IoSchemaError", IoSchemaError, [IoError, CrvError]],
    ["IoWriteError", IoWriteError, [IoError, CrvError]],
    ["IoManifestError", IoManifestError, [IoError, CrvError]],
  ])("%s has its name, its bases and its facts", (name, Class, bases) => {
    const cause = new Error("below");
    const error = new Class("CORRUPT", "what, where, remedy", { details: { key: "k" }, cause });
    expect(error).toMatchObject({
      name,
      code: "CORRUPT",
      action: "repair",
      message: "what, where, remedy",
      details: { key: "k" },
      cause,
    });
    for (const Base of [...bases, Error]) expect(error).toBeInstanceOf(Base);
    expect(String(error)).toBe(`${name}: what, where, remedy`);
    expect(Object.getPrototypeOf(error)).toBe(Class.prototype);
  });

  test("has details even when none are given, and a cause only when one is", () => {
    const error = new CrvError("IO", "x");
    expect(error.details).toEqual({});
    expect("cause" in error).toBe(false);
    expect("cause" in new CrvError("IO", "x", { cause: undefined })).toBe(true);
  });

  test("every code can be thrown, with its action", () => {
    for (const code of Object.keys(ERROR_ACTIONS) as ErrorCode[]) {
      expect(new CrvError(code, "x").action).toBe(ERROR_ACTIONS[code]);
    }
  });
});

describe("ConflictError", () => {
  test("carries the conflict as a value", () => {
    const conflict = { kind: "Fenced", at: 7 } as const;
    expect(new ConflictError("fenced", conflict)).toMatchObject({
      name: "ConflictError",
      code: "CONFLICT",
      action: "refresh",
      conflict,
      details: { conflict },
    });
    expect(new ConflictError("fenced", conflict)).toBeInstanceOf(IoError);
  });
});

describe("UnknownOutcomeError", () => {
  test("carries the operation that resolve takes", () => {
    const error = new UnknownOutcomeError("no answer", OPERATION, "timeout");
    expect(error).toMatchObject({
      name: "UnknownOutcomeError",
      code: "UNKNOWN_OUTCOME",
      action: "retry",
      operation: OPERATION,
      details: { operation: OPERATION },
      cause: "timeout",
    });
  });
});

describe("show", () => {
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  test.each([
    ["text", 'a"b', '"a\\"b"'],
    ["a newline", "a\nb", '"a\\nb"'],
    ["an escape sequence", "\u001b[2J", '"\\u001b[2J"'],
    ["a number", 1.5, "1.5"],
    ["NaN", Number.NaN, "NaN"],
    ["a bigint", 2n ** 60n, "1152921504606846976n"],
    ["null", null, "null"],
    ["undefined", undefined, "undefined"],
    ["a date", new Date(0), "Date(1970-01-01T00:00:00.000Z)"],
    ["a broken date", new Date(Number.NaN), "Date(invalid)"],
    ["an object", { a: [1, 2n] }, '{"a":[1,"2n"]}'],
    ["a symbol", Symbol("x"), "Symbol(x)"],
    ["a cycle", cycle, "[object Object]"],
    ["what has no JSON", { toJSON: () => undefined }, "?"],
    [
      "a getter that throws",
      Object.defineProperty({}, "a", {
        enumerable: true,
        get: () => {
          throw new Error("no");
        },
      }),
      "[object Object]",
    ],
  ])("shows %s", (_, value, text) => expect(show(value)).toBe(text));

  test("shows a function on one line", () => {
    const source = Object.assign(() => 1, { toString: () => "() => {\n  return 1;\n}" });
    expect(show(source)).toBe("() => { return 1; }");
  });

  test("ends after 80 characters", () => {
    expect(show("x".repeat(78))).toBe(`"${"x".repeat(78)}"`);
    expect(show("x".repeat(79))).toBe(`"${"x".repeat(78)}…`);
    expect(show("x".repeat(1000))).toHaveLength(80);
  });
});
