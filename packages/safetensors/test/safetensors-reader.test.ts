/** Goal: a reader gives what the file holds, and reads no byte more. Method: a source that counts. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { blobReader, encodeSafetensors, openSafetensors, type Selection } from "../src/index.js";
import { countingReader } from "./support/counting-reader.js";
import { errorOf } from "./support/error-of.js";
import { fromBase64, toHex, vectors } from "./support/vectors.js";

const numbers = (count: number) => Float32Array.from({ length: count }, (_, i) => i);
const file = encodeSafetensors({
  cube: { dtype: "F32", shape: [4, 5, 6], data: numbers(120) },
  nibbles: { dtype: "F4", shape: [4, 6], data: Uint8Array.from({ length: 12 }, (_, i) => i) },
  odd: { dtype: "F4", shape: [2, 3, 2], data: new Uint8Array(6) },
  scalar: { dtype: "I64", shape: [], data: new BigInt64Array([-5n]) },
  empty: { dtype: "F16", shape: [3, 0], data: new Uint16Array(0) },
});

async function opened() {
  const source = countingReader(file);
  const reader = await openSafetensors(source);
  const header = source.asked.splice(0);
  const byteCount = () => source.asked.reduce((sum, [begin, end]) => sum + end - begin, 0);
  return { source, reader, header, byteCount };
}

describe("openSafetensors", () => {
  test("reads the length and the header, and nothing of the data", async () => {
    const { header, reader } = await opened();
    expect(header).toEqual([
      [0, 8],
      [8, reader.header.dataOffset],
    ]);
    expect(reader.names()).toEqual(["cube", "empty", "nibbles", "odd", "scalar"]);
    expect(reader.info("cube")).toMatchObject({ shape: [4, 5, 6], elementCount: 120 });
  });

  test("does not read a header that it refuses", async () => {
    const source = countingReader(
      fromBase64(vectors.reader.find(({ name }) => name === "N=2^63")!.bytes_b64),
    );
    expect((await errorOf(() => openSafetensors(source))).code).toBe("HEADER_TOO_LARGE");
    expect(source.asked).toEqual([[0, 8]]);
  });

  test("takes bytes, and a Blob", async () => {
    const fromBytes = await (await openSafetensors(file)).tensor("scalar");
    const fromBlob = await (await openSafetensors(blobReader(new Blob([file])))).tensor("scalar");
    expect(fromBytes).toEqual({ dtype: "I64", shape: [], data: new BigInt64Array([-5n]) });
    expect(fromBlob).toEqual(fromBytes);
  });
});

describe("tensor", () => {
  test("is a view of memory where it is aligned, a copy where it is not", async () => {
    const { data } = await (await openSafetensors(file)).tensor("cube");
    expect(data.buffer).toBe(file.buffer);
    const shifted = new Uint8Array(file.length + 1);
    shifted.set(file, 1);
    const copy = await (await openSafetensors(shifted.subarray(1))).tensor("cube");
    expect(copy.data.buffer).not.toBe(shifted.buffer);
    expect(copy.data).toEqual(data);
  });

  test("of no values reads nothing", async () => {
    const { reader, source } = await opened();
    expect(await reader.tensor("empty")).toEqual({
      dtype: "F16",
      shape: [3, 0],
      data: new Uint16Array(0),
    });
    expect(source.asked).toEqual([]);
  });

  test("that is not there is TENSOR_NOT_FOUND", async () => {
    const { reader } = await opened();
    expect(await errorOf(() => reader.tensor("cub"))).toMatchObject({
      code: "TENSOR_NOT_FOUND",
      tensor: "cub",
    });
  });

  test("beyond the limit is refused before it is read", async () => {
    const source = countingReader(file);
    const reader = await openSafetensors(source, { allocationBytesMax: 100 });
    source.asked.length = 0;
    const error = await errorOf(() => reader.tensor("cube"));
    expect(error).toMatchObject({ code: "LIMIT_EXCEEDED", details: { byteLength: 480 } });
    expect(source.asked).toEqual([]);
    expect((await reader.rows("cube", 1, 1)).data.length).toBe(0);
  });
});

describe("slice", () => {
  /** The same by brute force. */
  function expected(selection: Selection): { shape: number[]; values: number[] } {
    const size = [4, 5, 6];
    const axes = size.map((length, at) => {
      const wanted = selection[at] ?? [0, length];
      const [begin, end] = typeof wanted === "number" ? [wanted, wanted + 1] : wanted;
      return Array.from({ length: end - begin }, (_, i) => begin + i);
    });
    const [x = [], y = [], z = []] = axes;
    return {
      shape: axes.map(({ length }) => length).filter((_, at) => typeof selection[at] !== "number"),
      values: x.flatMap((i) => y.flatMap((j) => z.map((k) => (i * 5 + j) * 6 + k))),
    };
  }
  const axis = (size: number) =>
    fc.oneof(
      fc.constant(null),
      fc.nat(size - 1),
      fc
        .tuple(fc.nat(size), fc.nat(size))
        .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const),
    );
  const selections = fc
    .tuple(axis(4), axis(5), axis(6), fc.nat(3))
    .map(([x, y, z, count]) => [x, y, z].slice(0, count));

  test("gives the asked values and reads their bytes, each once and no others", async () => {
    await fc.assert(
      fc.asyncProperty(selections, async (selection) => {
        const { reader, byteCount } = await opened();
        const { shape, data } = await reader.slice("cube", selection);
        expect({ shape, values: [...data] }).toEqual(expected(selection));
        expect(byteCount()).toBe(data.byteLength);
      }),
    );
  });

  test("reads neighbours as one range", async () => {
    const { reader, source } = await opened();
    await reader.slice("cube", [2, [1, 3]]);
    expect(source.asked.length).toBe(1);
    await reader.slice("cube", [[0, 2], null, 3]);
    expect(source.asked.length).toBe(11);
  });

  test("with gapBytesMax reads near ranges as one, to the same result", async () => {
    await fc.assert(
      fc.asyncProperty(selections, fc.nat(200), async (selection, gapBytesMax) => {
        const { reader, source } = await opened();
        const { data } = await reader.slice("cube", selection, { gapBytesMax });
        expect([...data]).toEqual(expected(selection).values);
        const gaps = source.asked.slice(1).map(([begin], at) => begin - source.asked[at]![1]);
        expect(gaps.every((gap) => gap > gapBytesMax)).toBe(true);
      }),
    );
  });

  test.each<[string, Selection, object]>([
    ["an index too large", [4], { dimension: 0, asked: 4, size: 4 }],
    ["an end too large", [null, [0, 6]], { dimension: 1, size: 5 }],
    ["a negative index", [-1], { dimension: 0, asked: -1 }],
    ["a range backwards", [[2, 1]], { dimension: 0 }],
    ["half an index", [0.5], { dimension: 0 }],
    ["a dimension too many", [0, 0, 0, 0], { dimensionCount: 4 }],
  ])("refuses %s", async (_, selection, details) => {
    const { reader, source } = await opened();
    const error = await errorOf(() => reader.slice("cube", selection));
    expect(error.code).toBe("INVALID_SLICE");
    expect(error.details).toMatchObject(details);
    expect(source.asked).toEqual([]);
  });

  test("of values of half a byte begins and ends on bytes", async () => {
    const { reader } = await opened();
    expect((await reader.rows("nibbles", 1, 3)).data).toEqual(Uint8Array.of(3, 4, 5, 6, 7, 8));
    expect((await reader.slice("nibbles", [null, [2, 4]])).data).toEqual(
      Uint8Array.of(1, 4, 7, 10),
    );
    expect((await reader.slice("nibbles", [null, [1, 3]]).catch((e) => e)).code).toBe("MISALIGNED");
    expect((await reader.slice("nibbles", [0, 3]).catch((e) => e)).code).toBe("MISALIGNED");
    expect((await reader.slice("nibbles", [[1, 1], 3])).shape).toEqual([0]);
  });
});

describe("streams", () => {
  test("give the bytes in chunks of whole values, each read when it is asked for", async () => {
    const { reader, source } = await opened();
    const chunks: string[] = [];
    for await (const chunk of reader.stream("cube", { chunkBytes: 103 })) {
      expect(source.asked.length).toBe(chunks.length + 1);
      chunks.push(toHex(chunk));
    }
    expect(chunks.map(({ length }) => length / 2)).toEqual([100, 100, 100, 100, 80]);
    expect(chunks.join("")).toBe(toHex(numbers(120)));
  });

  test("give batches of rows", async () => {
    const { reader, byteCount } = await opened();
    const batches = [];
    for await (const batch of reader.rowBatches("cube", { chunkBytes: 250 })) batches.push(batch);
    expect(batches.map(({ begin, end, tensor }) => [begin, end, tensor.shape])).toEqual([
      [0, 2, [2, 5, 6]],
      [2, 4, [2, 5, 6]],
    ]);
    expect(batches.flatMap(({ tensor }) => [...tensor.data])).toEqual([...numbers(120)]);
    expect(byteCount()).toBe(480);
  });

  test("give at least one row or value, and rows of odd nibbles in eights", async () => {
    const { reader } = await opened();
    const ends: number[] = [];
    for await (const { end } of reader.rowBatches("cube", { chunkBytes: 1 })) ends.push(end);
    for await (const { end } of reader.rowBatches("odd", { chunkBytes: 1 })) ends.push(end);
    expect(ends).toEqual([1, 2, 3, 4, 1, 2]);
    const odd = encodeSafetensors({ a: { dtype: "F4", shape: [20, 1], data: new Uint8Array(10) } });
    const rows: number[] = [];
    for await (const { end } of (await openSafetensors(odd)).rowBatches("a", { chunkBytes: 1 }))
      rows.push(end);
    expect(rows).toEqual([8, 16, 20]);
  });

  test("of a scalar there are no rows; a chunk has bytes", async () => {
    const { reader } = await opened();
    expect((await errorOf(() => reader.rowBatches("scalar").next())).code).toBe("INVALID_SLICE");
    expect((await errorOf(() => reader.stream("cube", { chunkBytes: 0 }).next())).code).toBe(
      "INVALID_ARGUMENT",
    );
  });
});

describe("a source", () => {
  test("that gives too little is found out", async () => {
    const { reader, source } = await opened();
    source.read = async (begin, end) => file.slice(begin, end - 1);
    expect(await errorOf(() => reader.tensor("cube"))).toMatchObject({
      code: "SHORT_READ",
      details: { expectedBytes: 480, actualBytes: 479 },
    });
  });

  test("is not asked after the signal", async () => {
    const { reader, source } = await opened();
    const controller = new AbortController();
    const stream = reader.stream("cube", { chunkBytes: 8, signal: controller.signal });
    await stream.next();
    controller.abort(new Error("enough"));
    await expect(stream.next()).rejects.toThrow("enough");
    await expect(reader.slice("cube", [0], { signal: controller.signal })).rejects.toThrow(
      "enough",
    );
    expect(source.asked.length).toBe(1);
  });
});
