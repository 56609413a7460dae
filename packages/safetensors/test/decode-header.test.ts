/** Goal: an error says what is wrong, where, and by how many bytes; limits hold before memory is taken. */
import { describe, expect, test } from "vitest";
import { decodeHeader, decodeHeaderLength, HEADER_BYTES_MAX } from "../src/index.js";
import { errorOf } from "./support/error-of.js";
import { entry, fileOf } from "./support/file-of.js";

const A = entry("F32", "[2]", 0, 8);

describe("decodeHeader", () => {
  test.each([
    ["a file of 7 bytes", new Uint8Array(7), "HEADER_TOO_SMALL", { missingBytes: 1, offset: 7 }],
    [
      "a header past the end",
      fileOf("{}").subarray(0, 9),
      "INVALID_HEADER_LENGTH",
      { missingBytes: 1 },
    ],
    [
      "bytes that are no UTF-8",
      fileOf(Uint8Array.of(0x7b, 0xc3, 0x7d)),
      "INVALID_UTF8",
      { offset: 9, byte: 0xc3 },
    ],
    [
      "a surrogate in UTF-8",
      fileOf(Uint8Array.of(0x20, 0xed, 0xa0, 0x80)),
      "INVALID_UTF8",
      { offset: 9 },
    ],
    ["a byte order mark", fileOf("\ufeff{}"), "INVALID_JSON", { offset: 8 }],
    [
      "a comma too many",
      fileOf(`{"a":${A},}`, 8),
      "INVALID_JSON",
      { offset: 8 + 7 + A.length - 1 },
    ],
    ["an array", fileOf("[]"), "INVALID_HEADER", { offset: 8 }],
    [
      "an unknown dtype",
      fileOf(`{"a":${entry("f32", "[2]", 0, 8)}}`, 8),
      "INVALID_HEADER",
      { tensor: "a", dtype: "f32" },
    ],
    [
      "an entry without shape",
      fileOf('{"a":{"dtype":"U8","data_offsets":[0,1]}}', 1),
      "INVALID_HEADER",
      { missing: ["shape"] },
    ],
    [
      "a number in the metadata",
      fileOf('{"__metadata__":{"k":1}}'),
      "INVALID_HEADER",
      { key: "k", offset: 29 },
    ],
    [
      "a name twice",
      fileOf(`{"a":${A},"a":${A}}`, 8),
      "DUPLICATE_NAME",
      { tensor: "a", offset: 8 + 6 + A.length },
    ],
    [
      "a name twice, once as an escape",
      fileOf(`{"a":${A},"\\u0061":${A}}`, 8),
      "DUPLICATE_NAME",
      { tensor: "a" },
    ],
    [
      "a key of the metadata twice",
      fileOf('{"__metadata__":{"k":"1","k":"2"}}'),
      "DUPLICATE_NAME",
      { key: "k" },
    ],
    [
      "a hole",
      fileOf(`{"a":${A},"b":${entry("U8", "[1]", 11, 12)}}`, 12),
      "INVALID_OFFSETS",
      { tensor: "b", expectedBegin: 8, begin: 11 },
    ],
    [
      "an overlap",
      fileOf(`{"a":${A},"b":${entry("U8", "[8]", 4, 12)}}`, 12),
      "INVALID_OFFSETS",
      { tensor: "b", expectedBegin: 8 },
    ],
    [
      "a span too long",
      fileOf(`{"a":${entry("F32", "[2]", 0, 12)}}`, 12),
      "SIZE_MISMATCH",
      { expectedBytes: 8, actualBytes: 12 },
    ],
    [
      "a product beyond 64 bits",
      fileOf(`{"a":${entry("U8", "[9223372036854775807,4,0]", 0, 0)}}`),
      "UNSAFE_INTEGER",
      { tensor: "a" },
    ],
    [
      "a product of safe integers beyond 64 bits",
      fileOf(`{"a":${entry("U8", "[4294967296,4294967296,0]", 0, 0)}}`),
      "OVERFLOW",
      { tensor: "a" },
    ],
    [
      "half a byte",
      fileOf(`{"a":${entry("F4", "[3]", 0, 2)}}`, 2),
      "MISALIGNED",
      { excessBits: 4 },
    ],
    [
      "data that end early",
      fileOf(`{"a":${A},"b":${entry("U8", "[9]", 8, 17)}}`, 10),
      "TRUNCATED",
      { missingBytes: 7, tensor: "b" },
    ],
    [
      "bytes at the end",
      fileOf(`{"a":${A}}`, 11),
      "TRAILING_BYTES",
      { extraBytes: 3, offset: 8 + 6 + A.length + 8 },
    ],
  ])("refuses %s", async (_, bytes, code, details) => {
    const error = await errorOf(() => decodeHeader(bytes));
    expect(error.code).toBe(code);
    expect(error.details).toMatchObject(details);
    expect(error.offset).toBe(error.details.offset);
  });

  test("says by how many bytes in words, too", async () => {
    const { message } = await errorOf(() => decodeHeader(fileOf(`{"a":${A}}`, 11)));
    expect(message).toContain("3 bytes follow the last tensor");
  });

  test("lenient mode takes what the reference takes, and the last of a name counts", () => {
    const wrong = entry("F32", "[9]", 4, 9);
    const bytes = fileOf(
      `{"__metadata__":{"k":"1","k":"2"},"a":${wrong},"a":["F32",[2],[0,8]]}`,
      8,
    );
    const { tensors, metadata } = decodeHeader(bytes, bytes.length, { mode: "lenient" });
    expect(tensors.get("a")).toMatchObject({ dtype: "F32", shape: [2], begin: 0, end: 8 });
    expect(metadata?.get("k")).toBe("2");
  });

  test("lenient mode keeps dimensions that no number holds", () => {
    const bytes = fileOf(`{"a":${entry("F32", "[18446744073709551615,0]", 0, 0)}}`);
    const info = decodeHeader(bytes, bytes.length, { mode: "lenient" }).tensors.get("a");
    expect(info).toMatchObject({ exactShape: [2n ** 64n - 1n, 0n], shape: [2 ** 64, 0] });
    expect(info?.elementCount).toBe(0);
  });

  test("gives the tensors in the order of their data, whatever the order of the header", () => {
    const empty = entry("U8", "[0,7]", 8, 8);
    const bytes = fileOf(`{"c":${entry("U8", "[1]", 8, 9)},"b":${empty},"a":${A}}`, 9);
    expect([...decodeHeader(bytes).tensors.keys()]).toEqual(["a", "b", "c"]);
  });

  test("reads a hundred thousand tensors", () => {
    const entries = Array.from(
      { length: 100_000 },
      (_, i) => `"t${i}":${entry("U8", "[1]", i, i + 1)}`,
    );
    const { tensors } = decodeHeader(fileOf(`{${entries.join(",")}}`, 100_000));
    expect(tensors.size).toBe(100_000);
    expect(tensors.get("t99999")).toMatchObject({ begin: 99_999, end: 100_000 });
  });

  test("metadata that are null count as absent, empty ones do not", () => {
    expect(decodeHeader(fileOf('{"__metadata__":null}')).metadata).toBeUndefined();
    expect(decodeHeader(fileOf('{"__metadata__":{}}')).metadata?.size).toBe(0);
  });
});

describe("decodeHeaderLength", () => {
  const prefix = (length: bigint) => {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, length, true);
    return bytes;
  };

  test.each([BigInt(HEADER_BYTES_MAX) + 1n, 2n ** 63n, 2n ** 64n - 1n])(
    "refuses %s, however long the file",
    async (length) => {
      const error = await errorOf(() => decodeHeaderLength(prefix(length), 2 ** 53 - 1));
      expect(error.code).toBe("HEADER_TOO_LARGE");
    },
  );

  test("takes the limit itself, and a lower one", async () => {
    expect(decodeHeaderLength(prefix(BigInt(HEADER_BYTES_MAX)), 2 ** 40)).toBe(HEADER_BYTES_MAX);
    const options = { headerBytesMax: 99 };
    expect((await errorOf(() => decodeHeaderLength(prefix(100n), 2 ** 40, options))).code).toBe(
      "HEADER_TOO_LARGE",
    );
    const beyond = { headerBytesMax: HEADER_BYTES_MAX + 1 };
    expect((await errorOf(() => decodeHeaderLength(prefix(1n), 9, beyond))).code).toBe(
      "INVALID_ARGUMENT",
    );
  });
});
