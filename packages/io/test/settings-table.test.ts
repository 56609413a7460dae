/**
 * Goal: every setting, from every source, with good and bad values: what is good is in effect and says where
 * it came from; what is bad is refused, naming where, the key, the value and what is allowed.
 * Method: a table of fields and values, times a table of sources.
 */
import { stringify } from "smol-toml";
import { describe, expect, test } from "vitest";
import { IoSettings, readSettings } from "../src/index.js";

interface Field {
  readonly key: string;
  /** As files hold them; each is read as itself, or as the second of a pair. */
  readonly good: readonly unknown[];
  readonly bad: readonly unknown[];
  /** As the environment holds them, with what they mean; absent: it cannot say this. */
  readonly texts?: readonly (readonly [text: string, value: unknown])[];
  readonly badTexts?: readonly string[];
  readonly allowed: string;
}

const wholeNumber = (key: string, max: number, unit: string, unset = ""): Field => ({
  key,
  good: [1, 50, max],
  bad: [0, -3, max + 1, 1.9, "12", true, [], {}],
  texts: [
    ["1", 1],
    [" +50 ", 50],
    [String(max), max],
  ],
  badTexts: ["0", "-3", String(BigInt(max) + 1n), "1.9", "1e3", "0x10", "true", "twelve"],
  allowed: `a whole number of ${unit} from 1 to ${max}${unset}`,
});
const words = (key: string, ...values: readonly string[]): Field => ({
  key,
  good: values.flatMap((value) => [value, [` ${value.toUpperCase()} `, value]]),
  bad: ["gzip", "", 5, true, ["zstd"]],
  texts: values.flatMap((value) => [
    [value, value] as const,
    [` ${value.toUpperCase()} `, value] as const,
  ]),
  badTexts: ["gzip", `${values[0]}x`, "1"],
  allowed:
    values.length === 1 ? `"${values[0]}"` : `one of ${values.map((v) => `"${v}"`).join(", ")}`,
});
const trueOrFalse = (key: string): Field => ({
  key,
  good: [true, false],
  bad: [1, 0, "true", "off", "", []],
  texts: [
    ...["1", "true", " T ", "YES", "y", "On"].map((text) => [text, true] as const),
    ...["0", "false", " F ", "NO", "n", "Off"].map((text) => [text, false] as const),
  ],
  badTexts: ["ture", "2", "-1", "enabled", "null"],
  allowed: "true or false",
});
const someText = (key: string): Field => ({
  key,
  good: ["a", "runs here", "*[x]"],
  bad: ["", 5, true, [], "a\u0000b"],
  texts: [
    ["a", "a"],
    ["runs here", "runs here"],
  ],
  badTexts: ["a\u0000b"],
  allowed: "a text that is not empty and has no NUL",
});

const FIELDS: readonly Field[] = [
  someText("root_dir"),
  words("partitioning", "tick_buckets"),
  wholeNumber("tick_bucket_size", Number.MAX_SAFE_INTEGER, "ticks"),
  wholeNumber("row_group_size", 2 ** 27, "rows"),
  words("compression", "zstd", "lz4", "snappy"),
  words("fs_protocol", "file"),
  { key: "fs_options", good: [{}, { a: 1 }], bad: ["{}", 5, [], true], allowed: "an object" },
  trueOrFalse("strict_schema"),
  wholeNumber("write_manifest_every_n", Number.MAX_SAFE_INTEGER, "parts", ", or unset"),
  wholeNumber("stage_concurrency", 64, "tables"),
  trueOrFalse("auto_optimize"),
  trueOrFalse("valuation.enabled"),
  words("valuation.cost_method", "wac", "fifo", "lifo", "specific_lot"),
  words("valuation.price_source", "last_trade", "baseline_value", "vwap_window", "oracle"),
  wholeNumber("valuation.vwap_window_ticks", Number.MAX_SAFE_INTEGER, "ticks"),
  someText("valuation.currency"),
];

/** `{ a: { b: value } }` of `a.b`. */
const nested = (key: string, value: unknown): Record<string, unknown> =>
  key.split(".").reduceRight<unknown>((inner, name) => ({ [name]: inner }), value) as Record<
    string,
    unknown
  >;

const FILES = [
  { name: "crv.toml with [io]", path: "crv.toml", prefix: "io." },
  { name: "crv.toml without [io]", path: "crv.toml", prefix: "" },
  { name: "pyproject.toml", path: "pyproject.toml", prefix: "tool.crv.io." },
  { name: "package.json", path: "package.json", prefix: "crv.io." },
] as const;

function readFrom(files: Readonly<Record<string, string>>, environment = {}) {
  const { effective, input } = readSettings({ environment, readText: (path) => files[path] });
  // What is read is also taken, by the program.
  new IoSettings(input);
  return effective;
}

function textOf(path: string, document: Record<string, unknown>): string {
  return path.endsWith(".json") ? JSON.stringify(document) : stringify(document);
}

function refusal(call: () => unknown): { code?: string; message: string; details?: object } {
  try {
    call();
  } catch (error) {
    return error as Error;
  }
  return expect.fail("it was taken");
}

test("the table has every setting", () => {
  expect(FIELDS.map(({ key }) => key)).toEqual(readFrom({}).map(({ key }) => key));
});

describe.each(FILES)("settings in $name", ({ path, prefix }) => {
  test.each(FIELDS)("$key", ({ key, good, bad, allowed }) => {
    for (const each of good) {
      const [given, value] = Array.isArray(each) ? each : [each, each];
      const effective = readFrom({ [path]: textOf(path, nested(prefix + key, given)) });
      const found = effective.find((setting) => setting.key === key);
      const origin = { kind: "file", path, key: prefix + key };
      expect(found).toMatchObject({ value, origin });
      const others = effective.filter((setting) => setting !== found);
      expect(others.every((setting) => setting.origin.kind === "default")).toBe(true);
    }
    for (const value of bad) {
      const files = { [path]: textOf(path, nested(prefix + key, value)) };
      const { code, message, details } = refusal(() => readFrom(files));
      expect({ code, details }).toMatchObject({
        code: "INVALID_CONFIG",
        details: { file: path, key: prefix + key, value, allowed },
      });
      expect(message).toContain(`"${prefix}${key}" of ${path} must be ${allowed} (got: `);
    }
  });
});

describe("settings in the environment", () => {
  test.each(FIELDS)("$key", ({ key, texts = [], badTexts = [], allowed }) => {
    const variable = `CRV_IO_${key.replace(".", "_").toUpperCase()}`;
    if (texts.length === 0) {
      const { code, message } = refusal(() => readFrom({}, { [variable]: "{}" }));
      expect({ code, message }).toMatchObject({ code: "INVALID_CONFIG" });
      expect(message).toContain(variable);
      return;
    }
    // It is above what a file says.
    const files = {
      "crv.toml": textOf("crv.toml", nested(key, FIELDS.find((f) => f.key === key)?.good[0])),
    };
    for (const [text, value] of texts) {
      const found = readFrom(files, { [variable]: text }).find((setting) => setting.key === key);
      expect(found).toMatchObject({ value, origin: { kind: "environment", variable } });
    }
    const unset = readFrom({}, { [variable]: "" }).find((setting) => setting.key === key);
    expect(unset).toMatchObject({ origin: { kind: "default" } });
    for (const value of badTexts) {
      const { code, message, details } = refusal(() => readFrom({}, { [variable]: value }));
      expect({ code, details }).toMatchObject({
        code: "INVALID_CONFIG",
        details: { variable, value, allowed },
      });
      expect(message).toContain(`${variable} must be ${allowed} (got: ${JSON.stringify(value)})`);
    }
  });
});
