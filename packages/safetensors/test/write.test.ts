/** Goal: what is written is the reference's bytes, reads back equal, and is nothing that cannot be read. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  DTYPES,
  decodeHeader,
  decodeSafetensors,
  encodeHeader,
  encodeSafetensors,
  type StreamedTensorInput,
  streamSafetensors,
  type TensorInput,
} from "../src/index.js";
import { namedTensors } from "./support/arbitrary-tensors.js";
import { errorOf } from "./support/error-of.js";
import { toHex } from "./support/vectors.js";

const U8 = { dtype: "U8", shape: [1], data: new Uint8Array(1) } as const;
const headerText = (file: Uint8Array) =>
  new TextDecoder().decode(file.subarray(8, decodeHeader(file).dataOffset));

async function collect(stream: AsyncIterable<Uint8Array>): Promise<string> {
  let hex = "";
  for await (const piece of stream) hex += toHex(piece);
  return hex;
}

/** In pieces of any length. */
function* pieces(bytes: Uint8Array, length: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

describe("encodeSafetensors", () => {
  test("reads back equal, in both modes, with every tensor a view", () => {
    const metadata = fc.option(
      fc.dictionary(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" })),
      { nil: undefined },
    );
    fc.assert(
      fc.property(namedTensors, metadata, (tensors, texts) => {
        const options = texts === undefined ? {} : { metadata: texts };
        const file = encodeSafetensors(
          tensors.map(({ name, ...tensor }) => [name, tensor]),
          options,
        );
        for (const mode of ["strict", "lenient"] as const) {
          const decoded = decodeSafetensors(file, { mode });
          expect(decoded.tensors.size).toBe(tensors.length);
          for (const { name, dtype, shape, data } of tensors) {
            const found = decoded.tensors.get(name)!;
            expect(found).toMatchObject({ dtype, shape });
            expect(toHex(found.data)).toBe(toHex(data));
            expect(found.data.buffer).toBe(file.buffer);
          }
          expect(decoded.metadata && Object.fromEntries(decoded.metadata)).toEqual(texts);
        }
        expect(decodeHeader(file).dataOffset % 8).toBe(0);
      }),
    );
  });

  test("does not depend on the order in which tensors are given", () => {
    fc.assert(
      fc.property(namedTensors, (tensors) => {
        const pairs = tensors.map(({ name, ...tensor }) => [name, tensor] as const);
        expect(toHex(encodeSafetensors(pairs))).toBe(toHex(encodeSafetensors(pairs.toReversed())));
      }),
    );
  });

  test("sorts by dtype, the last of the list first", () => {
    const { tensors } = encodeHeader(DTYPES.map((dtype) => ({ name: dtype, dtype, shape: [8] })));
    expect(tensors.map(({ name }) => name)).toEqual([...DTYPES].reverse());
  });

  test("sorts names by code point, not by UTF-16", () => {
    const names = ["\u{1f600}", "\ue000", "b", "a", "aa", ""];
    const file = encodeSafetensors(names.map((name) => [name, U8]));
    expect([...decodeHeader(file).tensors.keys()]).toEqual([
      "",
      "a",
      "aa",
      "b",
      "\ue000",
      "\u{1f600}",
    ]);
  });

  test("escapes as the reference does", () => {
    const text = headerText(encodeSafetensors({ '"\\\b\f\n\r\t\u0001\u001f\u007f\u2028é': U8 }));
    expect(text).toContain('"\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f\u007f\u2028é":');
  });

  test("sorts metadata by code point, whatever an object makes of its keys", () => {
    const text = headerText(encodeSafetensors({}, { metadata: { b: "1", "10": "2", "9": "3" } }));
    expect(text.trimEnd()).toBe('{"__metadata__":{"10":"2","9":"3","b":"1"}}');
  });

  test("is the worked example of the page", () => {
    const file = encodeSafetensors({
      a: { dtype: "U8", shape: [3], data: new Uint8Array(3) },
      b: { dtype: "F32", shape: [2], data: new Float32Array(2) },
    });
    expect(file.length).toBe(131);
    expect(toHex(file.subarray(0, 8))).toBe("7000000000000000");
    expect(headerText(file)).toBe(
      '{"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"U8","shape":[3],"data_offsets":[8,11]}}     ',
    );
  });

  test("takes the array of the dtype, its bytes, or a Float16Array", () => {
    const bytes = Uint8Array.of(0, 0x3c);
    const half = new (class extends Uint16Array {
      override get [Symbol.toStringTag](): "Uint16Array" {
        return "Float16Array" as "Uint16Array";
      }
    })([0x3c00]);
    const written = [bytes, new Uint16Array([0x3c00]), half, Buffer.from(bytes)].map((data) =>
      toHex(encodeSafetensors({ a: { dtype: "F16", shape: [1], data } })),
    );
    expect(new Set(written).size).toBe(1);
  });

  test.each<[string, () => unknown, string, object]>([
    [
      "a tensor named __metadata__",
      () => encodeSafetensors({ __metadata__: U8 }),
      "INVALID_NAME",
      {},
    ],
    ["half of a surrogate pair", () => encodeSafetensors({ "\ud83d": U8 }), "INVALID_NAME", {}],
    [
      "a name that is a number",
      () => encodeSafetensors([[1 as unknown as string, U8]]),
      "INVALID_NAME",
      {},
    ],
    [
      "a name twice",
      () =>
        encodeSafetensors([
          ["a", U8],
          ["a", U8],
        ]),
      "DUPLICATE_NAME",
      { tensor: "a" },
    ],
    [
      "an unknown dtype",
      () => encodeSafetensors({ a: { ...U8, dtype: "u8" as "U8" } }),
      "INVALID_ARGUMENT",
      { dtype: "u8" },
    ],
    [
      "data too short",
      () => encodeSafetensors({ a: { ...U8, shape: [2] } }),
      "INVALID_TENSOR",
      { expectedBytes: 2, actualBytes: 1 },
    ],
    [
      "another array",
      () => encodeSafetensors({ a: { ...U8, dtype: "F32", data: new Int32Array(1) } }),
      "INVALID_TENSOR",
      { found: "Int32Array" },
    ],
    [
      "no array at all",
      () => encodeSafetensors({ a: { ...U8, data: [1] as unknown as Uint8Array } }),
      "INVALID_TENSOR",
      {},
    ],
    [
      "a negative dimension",
      () => encodeSafetensors({ a: { ...U8, shape: [-1] } }),
      "INVALID_TENSOR",
      { dimension: 0 },
    ],
    [
      "a dimension that is no integer",
      () => encodeSafetensors({ a: { ...U8, shape: [1, 0.5] } }),
      "INVALID_TENSOR",
      { dimension: 1 },
    ],
    [
      "a shape beyond 64 bits",
      () => encodeHeader([{ name: "a", dtype: "U8", shape: [2 ** 40, 2 ** 40] }]),
      "OVERFLOW",
      {},
    ],
    [
      "half a byte",
      () => encodeHeader([{ name: "a", dtype: "F6_E2M3", shape: [2] }]),
      "MISALIGNED",
      { excessBits: 4 },
    ],
    [
      "a file beyond 2^53",
      () => encodeHeader([..."ab"].map((name) => ({ name, dtype: "U8", shape: [2 ** 52 * 1.5] }))),
      "UNSAFE_INTEGER",
      {},
    ],
    [
      "a header beyond the limit",
      () => encodeHeader([{ name: "a".repeat(100_000_000), dtype: "U8", shape: [] }]),
      "HEADER_TOO_LARGE",
      {},
    ],
    [
      "a file that memory cannot hold",
      () => encodeSafetensors({ a: { ...U8, shape: [2 ** 33] } }),
      "LIMIT_EXCEEDED",
      {},
    ],
    [
      "metadata that are a number",
      () => encodeSafetensors({}, { metadata: { a: 1 as unknown as string } }),
      "INVALID_METADATA",
      {},
    ],
    [
      "metadata with half a pair",
      () => encodeSafetensors({}, { metadata: { a: "\udc00" } }),
      "INVALID_METADATA",
      {},
    ],
  ])("refuses %s", async (_, call, code, details) => {
    const error = await errorOf(call);
    expect(error.code).toBe(code);
    expect(error.details).toMatchObject(details);
  });
});

describe("streamSafetensors", () => {
  test("gives the bytes of encodeSafetensors, whatever the pieces", async () => {
    await fc.assert(
      fc.asyncProperty(namedTensors, fc.integer({ min: 1, max: 40 }), async (tensors, length) => {
        const inputs = tensors.map(({ name, ...tensor }): [string, TensorInput] => [name, tensor]);
        const streamed = tensors.map(
          ({ name, dtype, shape, data }): [string, StreamedTensorInput] => [
            name,
            { dtype, shape, chunks: pieces(data, length) },
          ],
        );
        const expected = toHex(encodeSafetensors(inputs));
        const stream = streamSafetensors(streamed);
        expect(stream.byteLength).toBe(expected.length / 2);
        expect(await collect(stream)).toBe(expected);
        expect(await collect(streamSafetensors(inputs))).toBe(expected);
      }),
    );
  });

  test.each([
    ["too few", 3],
    ["too many", 9],
  ])("finds %s bytes, and lets none of them run into the next tensor", async (_, length) => {
    const stream = streamSafetensors({
      a: { dtype: "F64", shape: [1], chunks: pieces(new Uint8Array(length), 3) },
      b: { dtype: "U8", shape: [1], data: Uint8Array.of(7) },
    });
    let byteCount = 0;
    const error = await errorOf(async () => {
      for await (const piece of stream) byteCount += piece.length;
    });
    expect(error).toMatchObject({
      code: "INVALID_TENSOR",
      tensor: "a",
      details: { actualBytes: length },
    });
    expect(byteCount).toBeLessThan(stream.byteLength - 1);
  });

  test("checks what is in memory before the first piece", async () => {
    const streamed = { dtype: "U8", shape: [1], chunks: pieces(new Uint8Array(1), 1) } as const;
    const error = await errorOf(() => streamSafetensors({ a: streamed, b: { ...U8, shape: [2] } }));
    expect(error.tensor).toBe("b");
  });

  test("takes up a tensor when its turn comes", async () => {
    const begun: string[] = [];
    async function* watched(name: string) {
      begun.push(name);
      yield new Uint8Array(4);
    }
    const tensors = streamSafetensors({
      small: { dtype: "U8", shape: [4], chunks: watched("small") },
      large: { dtype: "F32", shape: [1], chunks: watched("large") },
    });
    const iterator = tensors[Symbol.asyncIterator]();
    await iterator.next();
    await iterator.next();
    expect(begun).toEqual(["large"]);
  });
});
