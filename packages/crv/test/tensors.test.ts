/**
 * Tensors and files of a run on the disk: in one commit with rows, readable at every version, shown on
 * the original's paths; matrices and loaders.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decodeSafetensors } from "@crv/safetensors";
import { describe, expect, test } from "vitest";
import { openRun, type Run, TensorLoader } from "../src/index.js";
import { scratchDirectory } from "./support/scratch.js";

/** Node 20 has no Array.fromAsync. */
async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

function tensor(rows: number, columns: number, first = 0) {
  const data = Float32Array.from({ length: rows * columns }, (_, i) => first + i);
  return { dtype: "F32" as const, shape: [rows, columns], data };
}

function bf16(...bits: readonly number[]) {
  return { dtype: "BF16" as const, shape: [bits.length], data: Uint16Array.from(bits) };
}

const HOLDING = { tick: 0, agent_id: "A0", token_id: "T1", quantity: 3 };

async function open(): Promise<Run & { readonly root: string }> {
  const root = await scratchDirectory();
  return Object.assign(await openRun({ root, runId: "r", durability: "process" }), { root });
}

describe("a transaction of rows, tensors and files", () => {
  test("is one version, and sees its own", async () => {
    await using run = await open();
    const activations = tensor(3, 4);
    await run.transaction(async (tx) => {
      await tx.insert("holdings", [HOLDING]);
      await tx.putBatch(42, { layer_12: { activations } });
      await tx.putFile("config.json", "{}");
      expect((await tx.getBatch(42)) as object).toMatchObject({ layer_12: {} });
      expect(await tx.getFile("config.json")).toEqual(new TextEncoder().encode("{}"));
    });
    expect(run.version).toBe(1);
    const batch = (await run.tensors.getBatch(42)) as {
      layer_12: { activations: typeof activations };
    };
    expect(batch.layer_12.activations).toEqual(activations);
    expect(Buffer.from(await run.tensors.getFile("config.json")).toString()).toBe("{}");
    expect(await run.scan("holdings").toRows()).toHaveLength(1);
    const [record] = await run.log();
    expect([...(record?.artifacts?.keys() ?? [])]).toEqual(["files/config.json", "layers/42"]);
  });

  test("that fails leaves nothing", async () => {
    await using run = await open();
    const failing = run.transaction(async (tx) => {
      await tx.insert("holdings", [HOLDING]);
      await tx.putBatch(1, { a: tensor(1, 1) });
      await tx.putBatch(2, { b: { ...tensor(1, 1), shape: [2, 2] } });
    });
    await assert.rejects(failing, { code: "INVALID_ARGUMENT" });
    expect(run.version).toBe(0);
    expect(await run.tensors.listBatches()).toEqual([]);
    expect(existsSync(join(run.path, "batch_000001.safetensors"))).toBe(false);
  });

  test("conflicts with another of the same batch, and with no other", async () => {
    await using run = await open();
    const racing = run.transaction(async (tx) => {
      await tx.putBatch(1, { a: tensor(1, 1) });
      await run.tensors.putBatch(2, [tensor(1, 1)]);
    });
    await racing;
    const losing = run.transaction(async (tx) => {
      await tx.putBatch(1, { a: tensor(2, 2) });
      await run.tensors.putBatch(1, { a: tensor(3, 3) });
    });
    await assert.rejects(losing, {
      code: "CONFLICT",
      conflict: { kind: "ArtifactChanged", artifact: "batches/1", expected: 2, actual: 3 },
    });
    expect(await run.tensors.stat(1)).toMatchObject([{ key: "a", shape: [3, 3] }]);
  });
});

describe("batches", () => {
  test("come back as they were given: lists, mappings, the empty ones", async () => {
    await using run = await open();
    const { tensors } = run;
    const cases = [
      [tensor(2, 3), bf16(1, 2, 3)],
      [],
      { item_0: tensor(1, 2) },
      { b: tensor(1, 1), a: bf16(0x3f80) },
      {},
      Object.fromEntries([[`_empty_list`, tensor(1, 1)]]),
    ];
    for (const [index, batch] of cases.entries()) {
      await tensors.putBatch(index, batch);
      const found = await tensors.getBatch(index);
      expect(Array.isArray(found)).toBe(Array.isArray(batch));
      expect({ ...(found as object) }).toEqual({ ...batch });
    }
    expect(await tensors.listBatches()).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test("are written and read in another dtype; what is no float stays as it is", async () => {
    await using run = await open();
    const values = { dtype: "F32", shape: [2], data: Float32Array.of(1, 1 / 3) } as const;
    const ids = { dtype: "I64", shape: [1], data: BigInt64Array.of(7n) } as const;
    await run.tensors.putBatch(1, { values, ids }, { dtype: "BF16" });
    const bits = { dtype: "BF16", shape: [2], data: Uint16Array.of(0x3f80, 0x3eab) };
    expect({ ...(await run.tensors.getBatch(1)) }).toEqual({ values: bits, ids });
    const read = { ...(await run.tensors.getBatch(1, { dtype: "F32" })) };
    const data = Float32Array.of(1, 0.333984375);
    expect(read).toEqual({ values: { ...values, data }, ids });
    await run.transaction(async (tx) => {
      const bytes = new Uint8Array(values.data.buffer);
      await tx.putBatch(2, { l: { x: { ...values, data: bytes } } }, { dtype: "F16" });
    });
    expect(await run.tensors.stat(2)).toMatchObject([{ dtype: "F16", bytes: 4 }]);
    const chunks = [new Uint8Array(values.data.buffer)];
    const streamed = { values: { dtype: "F32", shape: [2], chunks } } as const;
    const refused = { code: "INVALID_ARGUMENT" };
    await assert.rejects(run.tensors.putBatch(3, streamed, { dtype: "F16" }), refused);
    await assert.rejects(run.tensors.getBatch(1, { dtype: "I64" as never }), refused);
    await run.tensors.putBatch(3, streamed, { dtype: "F32" });
    expect(await run.tensors.listBatches()).toEqual([1, 2, 3]);
  });

  test("keep what they were in old versions, and go", async () => {
    await using run = await open();
    const first = await run.tensors.putBatch(7, { l: { x: tensor(1, 1), y: tensor(1, 2) } });
    await run.tensors.putBatch(7, { l: { x: tensor(2, 2) } });
    expect(await run.tensors.stat(7)).toMatchObject([{ layer: "l", key: "x", shape: [2, 2] }]);
    expect(await run.tensors.stat(7, { version: first })).toHaveLength(2);
    expect(await run.tensors.listKeys("l")).toEqual(["x"]);
    expect(existsSync(join(run.path, "batch_7/l/y.safetensors"))).toBe(false);
    await run.tensors.deleteBatch(7);
    await assert.rejects(run.tensors.getBatch(7), { code: "NOT_FOUND" });
    expect(existsSync(join(run.path, "batch_7"))).toBe(false);
    expect(await run.tensors.stat(7, { version: first })).toHaveLength(2);
  });

  test("are shown on the original's paths, tensors as links, JSON as copies", async () => {
    await using run = await open();
    await run.tensors.putBatch(3, { a: tensor(2, 2) });
    await run.tensors.putLayers(4, { l: { activations: tensor(1, 2) } }, { step: 1 });
    await run.tensors.putMetadata({ name: "Zürich", list: [1, 2] });
    const view = join(run.path, "batch_000003.safetensors");
    expect(statSync(view).nlink).toBe(2);
    expect(decodeSafetensors(readFileSync(view)).tensors.get("a")).toEqual(tensor(2, 2));
    const layer = readFileSync(join(run.path, "batch_4/l/activations.safetensors"));
    expect([...decodeSafetensors(layer).tensors.keys()]).toEqual(["tensor"]);
    expect(JSON.parse(readFileSync(join(run.path, "batch_4/metadata.json"), "utf8"))).toEqual({
      step: 1,
      _tensor_metadata_names: { l: ["activations"] },
    });
    const meta = join(run.path, "meta.json");
    expect(readFileSync(meta, "utf8")).toBe(
      '{\n  "name": "Zürich",\n  "list": [\n    1,\n    2\n  ]\n}',
    );
    writeFileSync(meta, "overwritten by another program");
    expect(await run.tensors.getMetadata()).toEqual({ name: "Zürich", list: [1, 2] });
  });

  test("that changed at rest are an error that names the tensor, never data", async () => {
    await using run = await open();
    await run.tensors.putBatch(0, { a: tensor(2, 2), b: tensor(2, 2) });
    const view = join(run.path, "batch_000000.safetensors");
    const bytes = readFileSync(view);
    bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
    writeFileSync(view, bytes);
    await assert.rejects(run.tensors.getBatch(0), { code: "CORRUPT", message: /tensor "b"/ });
    const { problems } = await run.tensors.verify();
    expect(problems).toMatchObject([{ artifact: "batches/0", tensor: "b" }]);
  });

  test("whose stream gives nothing end when they are cancelled, and leave nothing", async () => {
    await using run = await open();
    async function* chunks(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(1024);
      await new Promise(() => {});
    }
    const stop = new AbortController();
    const slow = { dtype: "U8" as const, shape: [1 << 20], chunks: chunks() };
    const put = run.tensors.putBatch(0, { slow }, { signal: stop.signal });
    const file = run.tensors.putFile("slow.bin", chunks(), { signal: stop.signal });
    setImmediate(() => stop.abort());
    for (const written of [put, file]) await assert.rejects(written, { code: "ABORTED" });
    expect([run.version, await run.tensors.listBatches(), await run.tensors.listFiles()]).toEqual([
      0,
      [],
      [],
    ]);
  });

  test("have names that are refused when no disk could hold them", async () => {
    await using run = await open();
    const bad = { code: "INVALID_NAME" };
    for (const layer of ["..", "a/b", "", "nul", "metadata.json", "é"]) {
      await assert.rejects(run.tensors.putBatch(0, { [layer]: { x: tensor(1, 1) } }), bad, layer);
    }
    for (const index of [-1, 0.5, 2 ** 53]) {
      await assert.rejects(run.tensors.putBatch(index, {}), bad);
    }
    await assert.rejects(run.tensors.putFile("../x", "x"), bad);
    expect(run.version).toBe(0);
  });
});

test("entries of the detectors are added, read in order, and compacted for the original", async () => {
  await using run = await open();
  for (let i = 0; i < 12; i++) {
    const layers = i % 2 === 0 ? { l: { x: tensor(1, 2, i) } } : {};
    expect(await run.tensors.appendDetectors({ step: i }, layers)).toBe(i);
  }
  const entries = await collect(run.tensors.iterateDetectors());
  expect(entries.map(({ metadata }) => metadata)).toEqual(
    Array.from({ length: 12 }, (_, step) => ({ step })),
  );
  expect(entries[10]?.tensors["l"]?.["x"]).toEqual(tensor(1, 2, 10));
  await run.tensors.compactDetectors();
  const json = JSON.parse(readFileSync(join(run.path, "detectors/metadata.json"), "utf8"));
  expect(json.batches).toHaveLength(12);
  expect(json.batches[2]).toEqual({
    step: 2,
    batch_index: 2,
    _tensor_metadata_names: { l: ["x"] },
  });
  const file = decodeSafetensors(readFileSync(join(run.path, "detectors/l/x.safetensors")));
  expect(file.tensors.get("batch_10")).toEqual(tensor(1, 2, 10));
});

test("a tensor of more than memory's pieces is written as a stream and checked when read", async () => {
  await using run = await open();
  const rows = 17 * 1024;
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < rows; i++) yield new Uint8Array(4096).fill(i);
  }
  await run.tensors.putBatch(0, {
    l: { x: { dtype: "U8", shape: [rows, 4096], chunks: chunks() } },
  });
  const { data, shape } = await run.tensors.getTensor(0, "l", "x");
  expect(shape).toEqual([rows, 4096]);
  expect([data[0], data[4096 * 300], data.at(-1)]).toEqual([0, 300 % 256, (rows - 1) % 256]);
});

describe("matrix and loader", () => {
  async function filled(): Promise<Run> {
    const run = await open();
    let first = 0;
    for (const [index, rows] of [3, 5, 1, 0, 8].entries()) {
      await run.tensors.putBatch(index, { l: { activations: tensor(rows, 2, first) } });
      first += rows * 2;
    }
    await run.tensors.putBatch(9, { other: { activations: tensor(1, 7) } });
    return run;
  }
  const firsts = (data: ArrayLike<number | bigint>) =>
    Array.from({ length: data.length / 2 }, (_, i) => Number(data[2 * i]) / 2);

  test("rows are read across batches", async () => {
    await using run = await filled();
    await using matrix = await run.tensors.matrix("l");
    expect(matrix.shape).toEqual([17, 2]);
    for (const [start, end] of [
      [0, 17],
      [2, 4],
      [3, 9],
      [8, 9],
      [5, 5],
      [16, 17],
    ] as const) {
      const { data, shape } = await matrix.rows(start, end);
      expect(shape).toEqual([end - start, 2]);
      expect(firsts(data)).toEqual(Array.from({ length: end - start }, (_, i) => start + i));
    }
    await assert.rejects(matrix.rows(0, 18), { code: "INVALID_ARGUMENT" });
    const half = await matrix.rows(0, 2, { dtype: "BF16" });
    expect(half.dtype).toBe("BF16");
    await assert.rejects(run.tensors.matrix("wrong"), { code: "NOT_FOUND" });
  });

  test.each([1, 2, 3, 64])(
    "blocks of %i rows give every row once, the same for a seed",
    async (blockRows) => {
      await using run = await filled();
      await using matrix = await run.tensors.matrix("l");
      const read = async (seed: number) => {
        const options = { batchSize: 4, bufferBytes: 8 * 4 * 6, shuffle: { seed, blockRows } };
        const rows: number[] = [];
        for await (const { tensor: t } of new TensorLoader(matrix, options))
          rows.push(...firsts(t.data));
        return rows;
      };
      const all = Array.from({ length: 17 }, (_, i) => i);
      const first = await read(1);
      expect([...first].sort((a, b) => a - b)).toEqual(all);
      expect(first).not.toEqual(all);
      expect(await read(1)).toEqual(first);
      expect(await read(2)).not.toEqual(first);
    },
  );

  test.each([undefined, { seed: 5, blockRows: 2 }])(
    "continues at a cursor, shuffle %o",
    async (shuffle) => {
      await using run = await filled();
      await using matrix = await run.tensors.matrix("l");
      const options = { batchSize: 3, epochs: 2, bufferBytes: 100, ...(shuffle && { shuffle }) };
      const whole = await collect(new TensorLoader(matrix, options));
      expect(whole).toHaveLength(12);
      for (const [i, { cursor }] of whole.entries()) {
        const rest = await collect(new TensorLoader(matrix, { ...options, cursor }));
        const values = (batches: typeof whole) => batches.map(({ tensor: t }) => firsts(t.data));
        expect(values(rest)).toEqual(values(whole.slice(i + 1)));
      }
    },
  );

  test("takes rows without columns, and refuses those that end within a byte", async () => {
    await using run = await open();
    const layers = (dtype: "F32" | "F4", shape: number[], bytes: number) => ({
      [dtype]: { activations: { dtype, shape, data: new Uint8Array(bytes) } },
    });
    await run.tensors.putBatch(0, { ...layers("F32", [3, 0], 0), ...layers("F4", [2, 3], 3) });
    await using matrix = await run.tensors.matrix("F32");
    expect((await matrix.rows(1, 3)).shape).toEqual([2, 0]);
    const shapes = [];
    for await (const { tensor } of new TensorLoader(matrix, { shuffle: { seed: 1 } })) {
      shapes.push(tensor.shape);
    }
    expect(shapes).toEqual([[3, 0]]);
    await assert.rejects(run.tensors.matrix("F4"), { code: "INVALID_ARGUMENT" });
  });

  test("stops when it is told to", async () => {
    await using run = await filled();
    await using matrix = await run.tensors.matrix("l");
    const some = await collect(new TensorLoader(matrix, { batchSize: 2, maxBatches: 3 }));
    expect(some).toHaveLength(3);
    const signal = AbortSignal.abort();
    await assert.rejects(collect(new TensorLoader(matrix, { signal })), { code: "ABORTED" });
    expect(() => new TensorLoader(matrix, { batchSize: 0 })).toThrow(/batchSize/);
  });
});
