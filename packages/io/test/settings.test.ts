import { IoConfigError } from "@crv/core";
import { describe, expect, test } from "vitest";
import { IoSettings } from "../src/index.js";
import { crvError } from "./open-dataset.js";

const DEFAULTS = {
  rootDir: "out",
  partitioning: "tick_buckets",
  tickBucketSize: 100,
  rowGroupSize: 131_072,
  compression: "zstd",
  fsProtocol: "file",
  fsOptions: {},
  strictSchema: true,
  writeManifestEveryN: undefined,
  stageConcurrency: 4,
  autoOptimize: true,
  valuation: {
    enabled: false,
    costMethod: "wac",
    priceSource: "last_trade",
    vwapWindowTicks: 10,
    currency: "native",
  },
};

describe("IoSettings", () => {
  test("has the documented defaults", () => {
    expect({ ...new IoSettings() }).toEqual(DEFAULTS);
    expect({ ...new IoSettings({ rootDir: undefined, valuation: undefined }) }).toEqual(DEFAULTS);
  });

  test("takes what is given, field by field", () => {
    const settings = new IoSettings({
      rootDir: "runs here",
      compression: "lz4",
      writeManifestEveryN: 1,
      valuation: { costMethod: "fifo" },
    });
    expect({ ...settings }).toEqual({
      ...DEFAULTS,
      rootDir: "runs here",
      compression: "lz4",
      writeManifestEveryN: 1,
      valuation: { ...DEFAULTS.valuation, costMethod: "fifo" },
    });
  });

  test.each([
    ["rootDir", "", "text"],
    ["rootDir", 5, "text"],
    ["rootDir", "a\0b", "NUL"],
    ["partitioning", "daily", '"tick_buckets"'],
    ["tickBucketSize", 0, "from 1"],
    ["tickBucketSize", -3, "from 1"],
    ["tickBucketSize", 1.5, "whole number"],
    ["tickBucketSize", "12", "whole number"],
    ["tickBucketSize", true, "whole number"],
    ["stageConcurrency", 0, "from 1 to 64"],
    ["stageConcurrency", 65, "from 1 to 64"],
    ["rowGroupSize", 0, "from 1"],
    ["rowGroupSize", Number.NaN, "whole number"],
    ["compression", "gzip", '"zstd", "lz4", "snappy"'],
    ["compression", "ZSTD", '"zstd"'],
    ["fsProtocol", "s3", '"file"'],
    ["fsOptions", [], "an object"],
    ["strictSchema", "ture", "true or false"],
    ["strictSchema", 1, "true or false"],
    ["writeManifestEveryN", 0, "or unset"],
    ["stageConcurrency", 0, "from 1"],
    ["stageConcurrency", 1.5, "whole number"],
    ["valuation", 5, "an object"],
  ])("refuses %s = %o", (field, value, allowed) => {
    const make = (): IoSettings => new IoSettings({ [field]: value });
    expect(make).toThrow(IoConfigError);
    expect(make).toThrow(crvError("INVALID_CONFIG", { field, value }, allowed));
  });

  test.each([
    ["enabled", "yes"],
    ["costMethod", "average"],
    ["priceSource", "guess"],
    ["vwapWindowTicks", 0],
    ["currency", ""],
  ])("refuses valuation.%s = %o", (field, value) => {
    expect(() => new IoSettings({ valuation: { [field]: value } })).toThrow(
      crvError("INVALID_CONFIG", { field: `valuation.${field}`, value }),
    );
  });

  test("refuses settings that do not exist", () => {
    expect(() => new IoSettings({ tick_bucket_size: 5 } as never)).toThrow(
      crvError("INVALID_CONFIG", { field: "tick_bucket_size" }, 'did you mean "tickBucketSize"?'),
    );
    expect(() => new IoSettings({ valuation: { colour: 1 } } as never)).toThrow(
      crvError("INVALID_CONFIG", { field: "valuation.colour" }, "use enabled"),
    );
    expect(() => new IoSettings(null as never)).toThrow(crvError("INVALID_CONFIG"));
  });

  test("is frozen, and shares nothing with what it was made from", () => {
    const fsOptions = { key: 1 };
    const settings = new IoSettings({ fsOptions });
    fsOptions.key = 2;
    expect(settings.fsOptions).toEqual({ key: 1 });
    for (const part of [settings, settings.fsOptions, settings.valuation]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });
});

describe("IoSettings.from", () => {
  test("returns settings as they are, and makes others", () => {
    const settings = new IoSettings();
    expect(IoSettings.from(settings)).toBe(settings);
    expect(IoSettings.from({ rootDir: "x" }).rootDir).toBe("x");
    expect(IoSettings.from()).toEqual(settings);
  });
});
