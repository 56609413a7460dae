/**
 * Goal: defects of the Python original that this package could repeat are not here. Their numbers are
 * those of the table in docs/design/defects-of-the-original.md.
 */
import { describe, expect, test } from "vitest";
import { IoSettings, readSettings } from "../src/index.js";
import { crvError, openDataset } from "./open-dataset.js";

const EDGE = { tick: 0, observer_agent_id: "A0", edge_kind: "self_to_object", edge_weight: 0.5 };
const SEEN = {
  tick: 0,
  observer_agent_id: "A0",
  salient_agent_pairs: [],
  exchange_snapshot: {},
  context_hash: "0",
};

/** What an append is refused with; whatever that is, nothing is visible or staged. */
async function refusal(table: string, rows: readonly object[]): Promise<unknown> {
  const { run, storage } = openDataset({ tables: [] });
  const error: unknown = await run.append(table, rows as never).then(
    () => expect.fail(`${JSON.stringify(rows)} was taken`),
    (reason: unknown) => reason,
  );
  expect(storage.version).toBe(0);
  expect(storage.intents).toEqual([]);
  return error;
}

function load(environment: Record<string, string>, file?: string): IoSettings {
  const readText = (path: string): string | undefined => (path === "crv.toml" ? file : undefined);
  return new IoSettings(readSettings({ environment, readText }).input);
}

describe("defects of the original", () => {
  test("defect 1: a value that its column cannot hold is refused, not made null or cut", async () => {
    const cases: readonly (readonly [string, unknown])[] = [
      ["edge_weight", "abc"],
      ["edge_weight", "1.5"],
      ["edge_sign", 1.9],
      ["edge_sign", 2n ** 63n],
      ["edge_sign", 2 ** 60],
      ["subject_id", 5],
    ];
    for (const [column, value] of cases) {
      const error = await refusal("identity_edges", [EDGE, { ...EDGE, [column]: value }]);
      expect(error).toEqual(crvError("INVALID_VALUE", { column, value, row: 1 }));
    }
  });

  test("defect 2: a required column holds no null", async () => {
    const rows = [EDGE, { ...EDGE, observer_agent_id: null }];
    expect(await refusal("identity_edges", rows)).toEqual(
      crvError("NULL_VALUE", { column: "observer_agent_id", row: 1 }),
    );
  });

  test("defect 6: an object that is no data is refused", async () => {
    class Market {
      price = 3;
    }
    for (const value of [
      new Market(),
      new Map(),
      () => 3,
      { at: new Date(0) },
      { m: new Market() },
    ]) {
      expect(await refusal("scenarios_seen", [{ ...SEEN, exchange_snapshot: value }])).toEqual(
        crvError("INVALID_VALUE", { column: "exchange_snapshot", row: 0 }),
      );
    }
  });

  test("defect 14: wrong input is an error of one family, whatever is wrong", async () => {
    const ticks: readonly (readonly [unknown, string])[] = [
      ["5", "INVALID_VALUE"],
      [null, "NULL_VALUE"],
      [-1, "INVALID_TICK"],
      [1.5, "INVALID_TICK"],
      [Number.NaN, "INVALID_TICK"],
    ];
    for (const [tick, code] of ticks) {
      const error = await refusal("identity_edges", [EDGE, { ...EDGE, tick }]);
      expect(error).toMatchObject({ name: "IoSchemaError", code });
    }
    const unknown = { name: "IoSchemaError", code: "UNKNOWN_TABLE" };
    expect(await refusal("identity_edgs", [EDGE])).toMatchObject(unknown);
    const { run } = openDataset({ tables: [] });
    const failures = [
      run.scan("identity_edgs").toRows(),
      run.read("identity_edgs"),
      run.manifest("identity_edgs"),
    ].map((call) => call.catch((error: unknown) => error));
    for (const error of await Promise.all(failures)) expect(error).toMatchObject(unknown);
  });

  test("defect 15: sizes and codecs are checked when settings are made", () => {
    const wrong = [
      { tickBucketSize: 0 },
      { tickBucketSize: -3 },
      { rowGroupSize: 0 },
      { compression: "gzip" },
    ];
    for (const input of wrong) {
      expect(() => new IoSettings(input as never)).toThrow(crvError("INVALID_CONFIG"));
    }
    expect(() => load({ CRV_IO_TICK_BUCKET_SIZE: "0" })).toThrow(crvError("INVALID_CONFIG"));
    expect(() => load({}, "row_group_size = 0")).toThrow(crvError("INVALID_CONFIG"));
  });

  test("defect 16: a misspelt setting is an error, in its value and in its name", () => {
    expect(load({ CRV_IO_STRICT_SCHEMA: "off" }).strictSchema).toBe(false);
    expect(load({ CRV_IO_STRICT_SCHEMA: "" }).strictSchema).toBe(true);
    const refused: readonly (readonly [Record<string, string>, string?])[] = [
      [{ CRV_IO_STRICT_SCHEMA: "ture" }],
      [{ CRV_IO_STRICT_SCHMA: "true" }],
      [{}, "strict_schema = tru"],
      [{}, "strict_schmea = true"],
      [{}, "[io"],
    ];
    for (const [environment, file] of refused) {
      expect(() => load(environment, file)).toThrow(crvError("INVALID_CONFIG"));
    }
    const sources = { environment: {}, readText: () => undefined };
    expect(() => readSettings(sources, "elsewhere.toml")).toThrow(crvError("NOT_FOUND"));
  });

  test("defect 17: a file system that is not served is an error", () => {
    for (const make of [
      () => new IoSettings({ fsProtocol: "s3" as never }),
      () => load({ CRV_IO_FS_PROTOCOL: "s3" }),
      () => load({}, 'fs_protocol = "s3"'),
    ]) {
      expect(make).toThrow(crvError("INVALID_CONFIG", { value: "s3" }, '"file"'));
    }
  });

  test("defect 21: a list of numbers is no list of structs, and no filter is ignored", async () => {
    for (const salient_agent_pairs of [[1, 2], [{}, 3], [[]], {}]) {
      expect(await refusal("scenarios_seen", [{ ...SEEN, salient_agent_pairs }])).toEqual(
        crvError("INVALID_VALUE", { column: "salient_agent_pairs" }),
      );
    }
    const { run } = openDataset({ tables: [] });
    await run.append("identity_edges", [EDGE]);
    for (const where of [
      { tick_min: 5 },
      { tickmin: 5 },
      { tickMin: 9, tickMax: 3 },
      { tickMin: "x" },
    ]) {
      const read = (async () => run.scan("identity_edges", { where } as never).toRows())();
      await expect(read).rejects.toEqual(
        expect.objectContaining({
          name: "IoSchemaError",
          code: expect.stringMatching(/^INVALID_(FILTER|TICK|ARGUMENT)$/),
        }),
      );
    }
  });
});
