/**
 * Goal: settings from outside reach the program as they are meant, or are refused by name.
 * Method: files and environment in memory.
 */
import { readFileSync } from "node:fs";
import { IoConfigError } from "@crv/core";
import { describe, expect, test } from "vitest";
import { IoSettings, type ReadSettings, readSettings } from "../src/index.js";
import { crvError } from "./open-dataset.js";

type Texts = Readonly<Record<string, string>>;

function read(files: Texts, environment: Texts = {}, file?: string): ReadSettings {
  const readText = (path: string): string | undefined =>
    Object.hasOwn(files, path) ? files[path] : undefined;
  return readSettings({ environment, readText }, file);
}

function settings(files: Texts, environment: Texts = {}, file?: string): IoSettings {
  return new IoSettings(read(files, environment, file).input);
}

/** A value of each setting that is not its default: as text, as TOML, and as it is meant. */
const OTHERS: readonly (readonly [key: string, text: string, toml: string, value: unknown])[] = [
  ["root_dir", "runs here", '"runs here"', "runs here"],
  ["partitioning", "TICK_BUCKETS", '"tick_buckets"', "tick_buckets"],
  ["tick_bucket_size", " 50 ", "50", 50],
  ["row_group_size", "+1000", "1_000", 1000],
  ["compression", " LZ4", '"LZ4"', "lz4"],
  ["fs_protocol", "file", '"file"', "file"],
  ["strict_schema", "Off", "false", false],
  ["write_manifest_every_n", "7", "7", 7],
  ["stage_concurrency", "1", "1", 1],
  ["auto_optimize", "no", "false", false],
  ["valuation.enabled", "yes", "true", true],
  ["valuation.cost_method", "FIFO", '"fifo"', "fifo"],
  ["valuation.price_source", "oracle", '"Oracle"', "oracle"],
  ["valuation.vwap_window_ticks", "3", "0x3", 3],
  ["valuation.currency", "EUR", '"EUR"', "EUR"],
];
const ENVIRONMENT: Texts = Object.fromEntries(
  OTHERS.map(([key, text]) => [`CRV_IO_${key.replace(".", "_").toUpperCase()}`, text]),
);
const TOML = OTHERS.map(([key, , toml]) => `${key} = ${toml}\n`).join("");

describe("readSettings", () => {
  test("gives the defaults when nothing says otherwise", () => {
    const { effective } = read({});
    expect(settings({})).toEqual(new IoSettings());
    expect(effective).toHaveLength(OTHERS.length + 1);
    expect(effective.every(({ origin }) => origin.kind === "default")).toBe(true);
  });

  test("reads every setting of the environment, and of each file", () => {
    const expected = Object.fromEntries(OTHERS.map(([key, , , value]) => [key, value]));
    const table = (name: string): string =>
      TOML.replaceAll(/^/gm, `${name}.`).slice(0, -`${name}.`.length);
    const json = JSON.stringify({
      name: "program",
      crv: {
        io: {
          ...Object.fromEntries(OTHERS.slice(0, 10).map(([key, , , value]) => [key, value])),
          valuation: Object.fromEntries(
            OTHERS.slice(10).map(([key, , , value]) => [key.replace("valuation.", ""), value]),
          ),
        },
      },
    });
    const sources: readonly (readonly [Texts, Texts, string])[] = [
      [{}, ENVIRONMENT, "environment"],
      [{ "crv.toml": TOML }, {}, "file"],
      [{ "crv.toml": table("io") }, {}, "file"],
      [{ "pyproject.toml": table("tool.crv.io") }, {}, "file"],
      [{ "package.json": json }, {}, "file"],
    ];
    for (const [files, environment, kind] of sources) {
      const { effective } = read(files, environment);
      const given = effective.filter(({ origin }) => origin.kind === kind);
      expect(Object.fromEntries(given.map(({ key, value }) => [key, value]))).toEqual(expected);
      expect(settings(files, environment)).toMatchObject({
        tickBucketSize: 50,
        compression: "lz4",
        valuation: { costMethod: "fifo" },
      });
    }
  });

  test("puts environment over file over default, field by field, and says which it was", () => {
    const files = { "crv.toml": "[io]\ntick_bucket_size = 50\nrow_group_size = 1000\n" };
    const { effective } = read(files, { CRV_IO_TICK_BUCKET_SIZE: "7", CRV_IO_ROW_GROUP_SIZE: "" });
    expect(effective.slice(2, 5)).toEqual([
      {
        field: "tickBucketSize",
        key: "tick_bucket_size",
        value: 7,
        origin: { kind: "environment", variable: "CRV_IO_TICK_BUCKET_SIZE" },
      },
      {
        field: "rowGroupSize",
        key: "row_group_size",
        value: 1000,
        origin: { kind: "file", path: "crv.toml", key: "io.row_group_size" },
      },
      { field: "compression", key: "compression", value: "zstd", origin: { kind: "default" } },
    ]);
  });

  test("takes the first file that gives a setting, and merges none", () => {
    const pyproject = "[tool.crv.io]\ntick_bucket_size = 2\n";
    const size = (files: Texts): number => settings(files).tickBucketSize;
    expect(size({ "crv.toml": "stage_concurrency = 2", "pyproject.toml": pyproject })).toBe(100);
    expect(size({ "crv.toml": "[io]", "pyproject.toml": pyproject })).toBe(2);
    expect(size({ "crv.toml": "[lab]\nrows = 1", "pyproject.toml": pyproject })).toBe(2);
    const json = '{"crv":{"io":{"tick_bucket_size":3}}}';
    expect(size({ "pyproject.toml": "[tool.black]", "package.json": json })).toBe(3);
    expect(size({ "package.json": '{"name":"x"}' })).toBe(100);
  });

  test("reads a file that is named, as its name says", () => {
    const files = {
      "etc/big.toml": "[io]\ntick_bucket_size = 2",
      "a/pyproject.toml": "[tool.crv.io]\ntick_bucket_size = 3",
      "a/package.json": '{"crv":{"io":{"tick_bucket_size":4}}}',
      "crv.toml": "tick_bucket_size = 9",
    };
    expect(settings(files, {}, "etc/big.toml").tickBucketSize).toBe(2);
    expect(settings(files, {}, "a/pyproject.toml").tickBucketSize).toBe(3);
    expect(settings(files, {}, "a/package.json").tickBucketSize).toBe(4);
    expect(() => read(files, {}, "none.toml")).toThrow(
      crvError("NOT_FOUND", { file: "none.toml" }, "check the path"),
    );
  });

  test.each([
    ["TICK_BUCKET_SIZE", "0"],
    ["TICK_BUCKET_SIZE", "1.5"],
    ["TICK_BUCKET_SIZE", "1e3"],
    ["TICK_BUCKET_SIZE", "99999999999999999999"],
    ["ROW_GROUP_SIZE", "-3"],
    ["COMPRESSION", "gzip"],
    ["FS_PROTOCOL", "s3"],
    ["PARTITIONING", "daily"],
    ["STRICT_SCHEMA", "ture"],
    ["STRICT_SCHEMA", "2"],
    ["STAGE_CONCURRENCY", "none"],
    ["VALUATION_COST_METHOD", "average"],
    ["VALUATION_ENABLED", "maybe"],
  ])("refuses CRV_IO_%s = %j", (name, value) => {
    const variable = `CRV_IO_${name}`;
    const call = (): unknown => read({}, { [variable]: value });
    expect(call).toThrow(IoConfigError);
    expect(call).toThrow(crvError("INVALID_CONFIG", { variable, value }, `${variable} must be`));
  });

  test.each([
    ["tick_bucket_size = 0", "tick_bucket_size", 0],
    ["tick_bucket_size = true", "tick_bucket_size", true],
    ["tick_bucket_size = 1.9", "tick_bucket_size", 1.9],
    ['tick_bucket_size = "12"', "tick_bucket_size", "12"],
    ["strict_schema = 1", "strict_schema", 1],
    ['compression = "gzip"', "compression", "gzip"],
    ["root_dir = 5", "root_dir", 5],
    ["fs_options = 1979-05-27", "fs_options", expect.any(Date)],
    ["valuation = 3", "valuation", 3],
    ["valuation.currency = 3", "valuation.currency", 3],
  ])("refuses %s in a file", (toml, key, value) => {
    const call = (): unknown => read({ "crv.toml": toml });
    const details = { file: "crv.toml", key, value };
    expect(call).toThrow(crvError("INVALID_CONFIG", details, `"${key}" of crv.toml must be`));
  });

  test("refuses a bad value that another source overrides", () => {
    const files = { "crv.toml": "tick_bucket_size = 0" };
    expect(() => read(files, { CRV_IO_TICK_BUCKET_SIZE: "5" })).toThrow(crvError("INVALID_CONFIG"));
  });

  test("refuses names that no setting has, and says which was meant", () => {
    expect(() => read({}, { CRV_IO_STRICT_SCHMA: "1" })).toThrow(
      crvError("INVALID_CONFIG", {}, 'did you mean "CRV_IO_STRICT_SCHEMA"?'),
    );
    expect(() => read({}, { CRV_IO_FS_OPTIONS: "{}" })).toThrow(crvError("INVALID_CONFIG"));
    expect(() => read({ "crv.toml": "[io]\ntickBucketSize = 5" })).toThrow(
      crvError("INVALID_CONFIG", { key: "io.tickBucketSize" }, 'did you mean "tick_bucket_size"?'),
    );
    expect(() => read({ "crv.toml": "colour = 5" })).toThrow(crvError("INVALID_CONFIG"));
    expect(() => read({ "crv.toml": "[valuation]\ncolour = 5" })).toThrow(
      crvError("INVALID_CONFIG", { key: "valuation.colour" }),
    );
    expect(() => read({ "package.json": '{"crv":{"io":{"__proto__":{"a":1}}}}' })).toThrow(
      crvError("INVALID_CONFIG", { key: "crv.io.__proto__" }),
    );
    expect(read({}, { CRV_IOTA: "1", OTHER: "1" }).effective).toHaveLength(OTHERS.length + 1);
  });

  test.each([
    ["crv.toml", "a = = 3", "line 1"],
    ["pyproject.toml", "[tool\n", "not TOML"],
    ["package.json", "{", "not JSON"],
    ["package.json", "[]", "no object"],
    ["crv.toml", "io = 3", '"io"'],
    ["pyproject.toml", "[tool]\ncrv = 3", '"tool.crv"'],
    ["package.json", '{"crv":{"io":[]}}', '"crv.io"'],
    ["crv.toml", "tick_bucket_size = 5\n[io]\n", "move it into [io]"],
  ])("refuses %s with %j", (file, text, says) => {
    expect(() => read({ [file]: text })).toThrow(crvError("INVALID_CONFIG", { file }, says));
  });
});

describe("docs/settings.md", () => {
  test("has the fields, names and defaults that there are", () => {
    const page = readFileSync(new URL("../../../docs/settings.md", import.meta.url), "utf8");
    const rows = [
      ...page.matchAll(/^\| `([\w.]+)` \| `([\w.]+)` \|(?: `(\w+)`)? \| (?:`(.*?)`|unset) \|/gm),
    ];
    const documented = rows.map(([, field, key, variable, value]) => ({
      field,
      key,
      variable,
      value: value === undefined ? undefined : JSON.parse(value),
    }));
    const effective = read({}).effective.map(({ field, key, value }) => ({
      field,
      key,
      variable: key === "fs_options" ? undefined : `CRV_IO_${key.replace(".", "_").toUpperCase()}`,
      value,
    }));
    expect(documented).toEqual(effective);
  });
});
