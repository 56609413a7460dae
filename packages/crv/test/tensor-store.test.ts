/**
 * The original's store API: what it returns and what it says of what is absent; and directories as the
 * original writes them, with its two forms of a batch.
 */
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { encodeSafetensors } from "@crv/safetensors";
import { describe, expect, test } from "vitest";
import { openTensorStore } from "../src/index.js";
import { scratchDirectory } from "./support/scratch.js";

function tensor(...values: readonly number[]) {
  return { dtype: "F32" as const, shape: [values.length], data: Float32Array.from(values) };
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const plain = (value: unknown): unknown => ({ ...(value as object) });

describe("a store of runs of crv", () => {
  test("returns the keys of the original, and what was put", async () => {
    await using store = await openTensorStore(await scratchDirectory(), { durability: "process" });
    expect(await store.putRunBatch("r", 4, { a: tensor(1) })).toBe(
      "runs/r/batch_000004.safetensors",
    );
    expect(await store.putRunMetadata("r", [1, null])).toBe("runs/r/meta.json");
    expect(
      await store.putDetectorMetadata("r", 4, { n: 1 }, { l: { activations: tensor(2) } }),
    ).toBe("runs/r/batch_4");
    expect(await store.putRunDetectorMetadata("r", { n: 1 }, { l: { k: tensor(3) } })).toBe(
      "runs/r/detectors",
    );
    expect(plain(await store.getRunBatch("r", 4))).toEqual({ a: tensor(1) });
    expect(await store.getRunMetadata("r")).toEqual([1, null]);
    const { metadata, tensors } = await store.getDetectorMetadata("r", 4);
    expect([metadata, plain(tensors["l"])]).toEqual([{ n: 1 }, { activations: tensor(2) }]);
    expect(await store.getDetectorMetadataByLayerByKey("r", 4, "l", "activations")).toEqual(
      tensor(2),
    );
    const entries = await collect(store.iterRunDetectorMetadata("r"));
    expect(entries).toMatchObject([{ index: 0, metadata: { n: 1 } }]);
    await store.putTensor("r", "weights/w.safetensors", tensor(9));
    expect(await store.getTensor("r", "weights/w.safetensors")).toEqual(tensor(9));
    expect(await store.listRuns()).toEqual(["r"]);
    expect([await store.listLayers("r"), await store.listKeys("r", "l")]).toEqual([
      ["l"],
      ["activations"],
    ]);
    expect(await store.stat("r", 4)).toMatchObject([
      { layer: undefined, key: "a", shape: [1] },
      { layer: "l", key: "activations", dtype: "F32" },
    ]);
    await using matrix = await store.matrix("r", "l");
    expect(matrix.shape).toEqual([1, 1]);
    await store.deleteRunBatch("r", 4);
    expect(await store.listRunBatches("r")).toEqual([]);
    await store.deleteRun("r");
    expect(await store.listRunBatches("r")).toEqual([]);
    expect(await store.getRunMetadata("r")).toEqual({});
  });

  test("says of what is absent what the original says", async () => {
    await using store = await openTensorStore(await scratchDirectory());
    const missing = { code: "NOT_FOUND" };
    await assert.rejects(store.getRunBatch("r", 0), missing);
    await assert.rejects(store.getDetectorMetadataByLayerByKey("r", 0, "l", "k"), missing);
    expect(await store.listRunBatches("r")).toEqual([]);
    expect(await store.getRunMetadata("r")).toEqual({});
    expect(await store.getDetectorMetadata("r", 0)).toEqual({ metadata: {}, tensors: {} });
    expect(await collect(store.iterRunBatches("r"))).toEqual([]);
    await store.deleteRun("r");
    expect(await store.listRuns()).toEqual([]);
  });

  test("refuses wrong arguments at once", async () => {
    await using store = await openTensorStore(await scratchDirectory());
    const wrong = { code: "INVALID_ARGUMENT" };
    for (const runId of ["", "  ", "..", "a/b", "/x"]) {
      await assert.rejects(store.putRunMetadata(runId, {}), wrong, runId);
      await assert.rejects(store.getRunMetadata(runId), wrong);
      assert.throws(() => store.iterRunBatches(runId), wrong);
    }
    assert.throws(() => store.iterRunBatchRange("r", { step: 0 }), wrong);
    assert.throws(() => store.iterRunBatchRange("r", { start: -1 }), wrong);
    await assert.rejects(store.putRunBatch("r", -1, {}), wrong);
    await assert.rejects(store.getDetectorMetadata("r", 1.5), wrong);
    await assert.rejects(store.putRunBatch("r", 0, null as never), wrong);
    await assert.rejects(store.putRunMetadata("r", { a: Number.NaN }), wrong);
  });

  test("iterates ranges as the original does", async () => {
    await using store = await openTensorStore(await scratchDirectory(), { durability: "process" });
    for (const index of [0, 1, 3, 4]) await store.putRunBatch("r", index, { n: tensor(index) });
    const read = async (options: object) =>
      (await collect(store.iterRunBatchRange("r", options))).map(
        (batch) => (batch as Record<string, ReturnType<typeof tensor>>)["n"]?.data[0],
      );
    expect(await read({})).toEqual([0, 1, 3, 4]);
    expect(await read({ start: 1, stop: 4 })).toEqual([1, 3]);
    expect(await read({ step: 2 })).toEqual([0, 4]);
    expect(await read({ start: 3, stop: -1, step: -1 })).toEqual([3, 1, 0]);
    expect(await read({ start: 1000, stop: 0, step: -1 })).toEqual([4, 3, 1]);
    expect(await read({ start: 4, step: -1 })).toEqual([]);
    expect(await read({ stop: 10 ** 12 })).toEqual([0, 1, 3, 4]);
  });
});

describe("what the original would not take", () => {
  const invalid = { code: "INVALID_ARGUMENT" };

  test("is refused, and nothing is written", async () => {
    await using store = await openTensorStore(await scratchDirectory(), { durability: "process" });
    const layers = { l: { activations: tensor(1) } };
    const bad = [new Set([tensor(1)]), layers, { a: { ...tensor(1), data: undefined, chunks: 5 } }];
    for (const batch of bad) {
      await assert.rejects(store.putRunBatch("r", 0, batch as never), invalid);
    }
    for (const tensors of [null, undefined, 5, [], new Map(), tensor(1)]) {
      await assert.rejects(store.putDetectorMetadata("r", 0, {}, tensors as never), invalid);
      await assert.rejects(store.putRunDetectorMetadata("r", {}, tensors as never), invalid);
    }
    await assert.rejects(store.getTensor("r", "../z.safetensors"), invalid);
    await assert.rejects(store.getDetectorMetadataByLayerByKey("r", 0, "../x", "k"), invalid);
    expect([await store.listRunBatches("r"), await store.countRunDetectorMetadata("r")]).toEqual([
      [],
      0,
    ]);
  });

  test("null is metadata like any other", async () => {
    await using store = await openTensorStore(await scratchDirectory(), { durability: "process" });
    await store.putRunMetadata("r", null);
    expect(await store.getRunMetadata("r")).toBe(null);
  });

  test("a range goes on after a batch without activations", async () => {
    await using store = await openTensorStore(await scratchDirectory(), { durability: "process" });
    await store.putRunBatch("r", 0, { a: tensor(1) });
    await store.putDetectorMetadata("r", 1, { n: 1 }, {});
    await store.putDetectorMetadata("r", 2, {}, { l: { input_ids: tensor(2) } });
    await store.putRunBatch("r", 3, { a: tensor(4) });
    const batches = await collect(store.iterRunBatchRange("r"));
    expect(batches.map(plain)).toEqual([{ a: tensor(1) }, { a: tensor(4) }]);
  });
});

describe("a plain directory of the original", () => {
  async function original(files: Readonly<Record<string, Uint8Array | string>>): Promise<string> {
    const root = await scratchDirectory();
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), content);
    }
    return root;
  }
  const layer = (...values: readonly number[]) => encodeSafetensors({ tensor: tensor(...values) });

  test("is read in all its forms", async () => {
    const root = await original({
      "runs/r/batch_000000.safetensors": encodeSafetensors({ b: tensor(1), a: tensor(2) }),
      "runs/r/batch_000001.safetensors": encodeSafetensors({
        item_1: tensor(1),
        item_0: tensor(0),
      }),
      "runs/r/batch_000002.safetensors": encodeSafetensors({ _empty_list: tensor() }),
      "runs/r/batch_1000000.safetensors": encodeSafetensors({}),
      "runs/r/batch_3/metadata.json":
        '{\n  "x": NaN,\n  "_tensor_metadata_names": {\n    "l": [\n      "activations"\n    ]\n  }\n}',
      "runs/r/batch_3/l/activations.safetensors": layer(3),
      "runs/r/batch_4/l/activations.safetensors": layer(4),
      "runs/r/batch_4/m/activations.safetensors": layer(5),
      "runs/r/batch_007_extra.safetensors": "not ours",
      "runs/r/batch_007/notes.txt": "not ours",
      "runs/r/meta.json": '{"loss": -Infinity}',
      "runs/r/detectors/metadata.json":
        '{"batches": [{"n": 1, "batch_index": 0, "_tensor_metadata_names": {"l": ["k"]}}, {"batch_index": 1, "_tensor_metadata_names": {}}]}',
      "runs/r/detectors/l/k.safetensors": encodeSafetensors({ batch_0: tensor(6) }),
    });
    await using store = await openTensorStore(root);
    expect(await store.listRunBatches("r")).toEqual([0, 1, 2, 3, 4, 1000000]);
    expect(plain(await store.getRunBatch("r", 0))).toEqual({ a: tensor(2), b: tensor(1) });
    expect(await store.getRunBatch("r", 1)).toEqual([tensor(0), tensor(1)]);
    expect(await store.getRunBatch("r", 2)).toEqual([]);
    expect(plain(await store.getRunBatch("r", 1000000))).toEqual({});
    expect(plain(await store.getRunBatch("r", 3))).toEqual({ activations: tensor(3) });
    expect(plain(await store.getRunBatch("r", 4))).toEqual({
      activations_l: tensor(4),
      activations_m: tensor(5),
    });
    expect(await store.stat("r", 4)).toMatchObject([
      { layer: "l", key: "activations", shape: [1] },
      { layer: "m", key: "activations" },
    ]);
    expect(await store.listLayers("r")).toEqual(["l", "m"]);
    expect((await store.getDetectorMetadata("r", 3)).metadata).toEqual({ x: Number.NaN });
    expect(await store.getRunMetadata("r")).toEqual({ loss: Number.NEGATIVE_INFINITY });
    const entries = await collect(store.iterRunDetectorMetadata("r"));
    expect(entries.map(({ metadata }) => metadata)).toEqual([{ n: 1 }, {}]);
    expect(entries[0]?.tensors["l"]?.["k"]).toEqual(tensor(6));
    await assert.rejects(store.putRunBatch("r", 9, {}), { code: "READ_ONLY" });
  });

  test("that is damaged is an error of its kind", async () => {
    const root = await original({
      "runs/r/batch_000000.safetensors": "torn",
      "runs/r/batch_1/metadata.json": '{"_tensor_metadata_names": {"l": ["gone"]}}',
      "runs/r/batch_2/metadata.json": "{",
      "runs/r/batch_3/metadata.json": "{}",
      "runs/r/meta.json": '{"keep": "old", "bad": ',
    });
    await using store = await openTensorStore(root);
    await assert.rejects(store.getRunBatch("r", 0), { code: "CORRUPT" });
    await assert.rejects(store.getDetectorMetadata("r", 1), { code: "CORRUPT", message: /gone/ });
    await assert.rejects(store.getDetectorMetadata("r", 2), { code: "CORRUPT" });
    await assert.rejects(store.getDetectorMetadata("r", 3), { code: "INVALID_ARGUMENT" });
    await assert.rejects(store.getRunMetadata("r"), { code: "CORRUPT" });
    await assert.rejects(store.getRunBatch("r", 2), { code: "NOT_FOUND" });
  });
});
