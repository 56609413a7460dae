import { describe, expect, test } from "vitest";
import {
  GrammarError,
  MAIN_BRANCH,
  NAME_CHARS_MAX,
  parseBranchName,
  parseCommitId,
  parseOperationId,
  parseRunId,
  parseTableKey,
} from "../src/index.js";
import { DEVICE_NAMES, HOSTILE_NAMES } from "./hostile-names.js";

const ULID = "01JZ8M3Q4R5S6T7V8W9XABCDEF";

const PARSERS: readonly (readonly [what: string, parse: (value: unknown) => string])[] = [
  ["run id", parseRunId],
  ["branch name", parseBranchName],
  ["table name", parseTableKey],
  ["operation id", parseOperationId],
  ["commit id", parseCommitId],
];

describe.each(PARSERS)("%s", (what, parse) => {
  test.each(HOSTILE_NAMES)("refuses %s", (_, name) => {
    expect(() => parse(name)).toThrow(GrammarError);
    expect(() => parse(name)).toThrow(
      expect.objectContaining({
        code: "INVALID_NAME",
        action: "fix-input",
        details: { what, value: name },
        message: expect.stringMatching(new RegExp(`^invalid ${what} .*: .*(use|must|choose)`)),
      }),
    );
  });

  test.each(DEVICE_NAMES)("refuses the device name %s", (name) => {
    expect(() => parse(name)).toThrow(GrammarError);
  });
});

describe("parseRunId", () => {
  test.each([
    "20250101-000000",
    "run_cast_scalars",
    "run_0a1b2c",
    "A.B-c_9",
    "-",
    "_tmp",
    "0",
    "x".repeat(NAME_CHARS_MAX),
    "console",
    "com10",
    "a.con",
  ])("accepts %s as it is", (name) => {
    expect(parseRunId(name)).toBe(name);
  });

  test.each(["CON", "Nul.txt", "aux.", "lpt1.tar.gz"])(
    "refuses the device %s in any form",
    (name) => {
      expect(() => parseRunId(name)).toThrow(GrammarError);
    },
  );

  test("says of a device name that it is reserved", () => {
    expect(() => parseRunId("con")).toThrow("reserved device name");
    expect(() => parseTableKey("con")).toThrow("reserved device name");
  });
});

describe("parseTableKey", () => {
  test.each(["flights", "identity_edges", "2d_grid", "a", "t".repeat(NAME_CHARS_MAX)])(
    "accepts %s",
    (name) => {
      expect(parseTableKey(name)).toBe(name);
    },
  );

  test.each(["Flights", "a__b", "_a", "a_", "a-b", "a.b", "__proto__"])("refuses %s", (name) => {
    expect(() => parseTableKey(name)).toThrow("lower_snake");
  });
});

describe("parseOperationId", () => {
  test("accepts a ULID in upper case", () => {
    expect(parseOperationId(ULID)).toBe(ULID);
    expect(parseCommitId(ULID)).toBe(ULID);
  });

  test.each([
    ["lower case", ULID.toLowerCase()],
    ["25 characters", ULID.slice(1)],
    ["27 characters", `${ULID}0`],
    ["a letter that base 32 leaves out", `${ULID.slice(0, -1)}U`],
    ["a trailing newline", `${ULID}\n`],
    ["a path", `../${ULID.slice(3)}`],
  ])("refuses %s", (_, id) => {
    expect(() => parseOperationId(id)).toThrow("must be a ULID");
  });
});

describe("MAIN_BRANCH", () => {
  test("is a branch name", () => {
    expect(parseBranchName(MAIN_BRANCH)).toBe("main");
  });
});
