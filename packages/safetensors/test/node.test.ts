/** Goal: files are whole or absent, read in parts, and let go. Method: real files. */
import {
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { encodeHeader, encodeSafetensors } from "../src/index.js";
import {
  openSafetensorsFile,
  openSafetensorsIndex,
  writeSafetensorsFile,
  writeSafetensorsShards,
} from "../src/node.js";
import { errorOf } from "./support/error-of.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "crv-safetensors-"));
});
afterEach(async () => rm(folder, { recursive: true }));

const layer = (value: number) =>
  ({ dtype: "F32", shape: [2, 2], data: new Float32Array(4).fill(value) }) as const;

describe("a file", () => {
  test("is written with the bytes of encodeSafetensors, and leaves nothing beside it", async () => {
    const path = join(folder, "a.safetensors");
    const options = { metadata: { format: "pt" } };
    await writeSafetensorsFile(path, { a: layer(1) }, options);
    await writeSafetensorsFile(path, { a: layer(2) }, options);
    expect(new Uint8Array(await readFile(path))).toEqual(
      encodeSafetensors({ a: layer(2) }, options),
    );
    expect(await readdir(folder)).toEqual(["a.safetensors"]);
  });

  test("has the mode that the umask leaves", async () => {
    const path = join(folder, "a.safetensors");
    await writeSafetensorsFile(path, { a: layer(1) });
    await writeFile(join(folder, "plain"), "");
    expect((await stat(path)).mode).toBe((await stat(join(folder, "plain"))).mode);
  });

  test("stays as it was when writing fails, and for who has it open when it is replaced", async () => {
    const path = join(folder, "a.safetensors");
    await writeSafetensorsFile(path, { a: layer(1) });
    async function* failing() {
      yield new Uint8Array(8);
      throw new Error("the model is gone");
    }
    const broken = { b: { dtype: "F32" as const, shape: [4], chunks: failing() } };
    await expect(writeSafetensorsFile(path, broken)).rejects.toThrow("the model is gone");
    const short = { b: { dtype: "F32" as const, shape: [4], chunks: [new Uint8Array(8)] } };
    expect((await errorOf(() => writeSafetensorsFile(path, short))).code).toBe("INVALID_TENSOR");
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(writeSafetensorsFile(path, { a: layer(2) }, { signal })).rejects.toThrow("enough");
    expect(await readdir(folder)).toEqual(["a.safetensors"]);

    await using old = await openSafetensorsFile(path);
    await writeSafetensorsFile(path, { a: layer(3) });
    expect((await old.tensor("a")).data).toEqual(new Float32Array(4).fill(1));
  });

  test("is written past the leftovers of a writer that died", async () => {
    await writeFile(join(folder, ".a.safetensors.0.tmp"), "half of a file");
    await writeSafetensorsFile(join(folder, "a.safetensors"), { a: layer(1) });
    expect((await readdir(folder)).sort()).toEqual([".a.safetensors.0.tmp", "a.safetensors"]);
  });

  test("is read by slices, rows and streams", async () => {
    const path = join(folder, "a.safetensors");
    const data = Float32Array.from({ length: 12 }, (_, i) => i);
    await writeSafetensorsFile(path, { a: { dtype: "F32", shape: [4, 3], data } });
    await using file = await openSafetensorsFile(path);
    expect((await file.tensor("a")).data).toEqual(data);
    expect((await file.slice("a", [[1, 3], 2])).data).toEqual(Float32Array.of(5, 8));
    const starts: number[] = [];
    for await (const { begin } of file.rowBatches("a", { chunkBytes: 24 })) starts.push(begin);
    expect(starts).toEqual([0, 2]);
  });

  test("of ten gigabytes is read beyond 4 GiB", async () => {
    const path = join(folder, "sparse.safetensors");
    const { bytes, fileByteLength } = encodeHeader([
      { name: "a", dtype: "F32", shape: [2_500_000, 1000] },
    ]);
    const handle = await open(path, "w");
    await handle.write(bytes);
    await handle.write(new Uint8Array(Float32Array.of(7).buffer), 0, 4, fileByteLength - 4);
    await handle.close();
    await using file = await openSafetensorsFile(path);
    const rows = await file.rows("a", 2_499_999, 2_500_000);
    expect(rows.data.at(-1)).toBe(7);
    expect((await errorOf(() => file.tensor("a"))).code).toBe("LIMIT_EXCEEDED");
  });

  test("that became shorter is SHORT_READ, one that was closed is CLOSED", async () => {
    const path = join(folder, "a.safetensors");
    await writeSafetensorsFile(path, { a: layer(1) });
    const file = await openSafetensorsFile(path);
    await truncate(path, (await stat(path)).size - 3);
    expect((await errorOf(() => file.tensor("a"))).details).toMatchObject({ missingBytes: 3 });
    await file.close();
    await file.close();
    expect((await errorOf(() => file.tensor("a"))).code).toBe("CLOSED");
  });

  test("that is not there, or is none, is an error and nothing stays open", async () => {
    await expect(openSafetensorsFile(join(folder, "none"))).rejects.toMatchObject({
      code: "ENOENT",
    });
    await writeFile(join(folder, "text"), "no tensors at all");
    expect((await errorOf(() => openSafetensorsFile(join(folder, "text")))).code).toBe(
      "HEADER_TOO_LARGE",
    );
    await expect(writeSafetensorsFile(join(folder, "no", "a"), {})).rejects.toMatchObject({
      code: "ENOENT",
    });
  });
});

describe("shards", () => {
  test("are written with an index and read as one", async () => {
    const tensors = { "layer.0": layer(0), "layer.1": layer(1), "layer.2": layer(2) };
    const plan = await writeSafetensorsShards(folder, tensors, { shardBytesMax: 32 });
    expect((await readdir(folder)).sort()).toEqual([
      "model-00001-of-00002.safetensors",
      "model-00002-of-00002.safetensors",
      "model.safetensors.index.json",
    ]);
    expect(plan.index.totalByteLength).toBe(48);
    await using model = await openSafetensorsIndex(join(folder, "model.safetensors.index.json"));
    for (const [value, name] of model.names().entries()) {
      expect((await model.tensor(name)).data).toEqual(new Float32Array(4).fill(value));
    }
  });

  test("are one file without an index when all fits", async () => {
    await writeSafetensorsShards(folder, { a: layer(1) });
    expect(await readdir(folder)).toEqual(["model.safetensors"]);
  });

  test("that the index names elsewhere are not opened", async () => {
    await mkdir(join(folder, "model"));
    await writeSafetensorsFile(join(folder, "secret"), { a: layer(1) });
    const path = join(folder, "model", "model.safetensors.index.json");
    await writeFile(path, '{"weight_map":{"a":"../secret"}}');
    expect((await errorOf(() => openSafetensorsIndex(path))).code).toBe("INVALID_NAME");
  });

  test("a closed model is closed", async () => {
    await writeSafetensorsShards(folder, { a: layer(1), b: layer(2) }, { shardBytesMax: 16 });
    const model = await openSafetensorsIndex(join(folder, "model.safetensors.index.json"));
    await model.tensor("a");
    await model.close();
    expect((await errorOf(() => model.tensor("a"))).code).toBe("CLOSED");
  });
});
