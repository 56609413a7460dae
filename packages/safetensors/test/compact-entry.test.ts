/**
 * Goal: the quick way of reading entries takes nothing that the general way refuses, and reads it as the
 * same. A reader that has read an entry before is compared with a new one, which knows no dtype to expect.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { EntryReader } from "../src/header/read-entry.js";
import { decodeHeader, encodeHeader, SafetensorsError } from "../src/index.js";
import { JsonCursor } from "../src/json/json-cursor.js";
import { entry } from "./support/file-of.js";

const FIRST = entry("F32", "[2]", 0, 8);

const integers = fc.oneof(
  { weight: 12, arbitrary: fc.nat(300).map(String) },
  { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: 2n ** 65n }).map(String) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ...["", "00", "01", "-1", "1.0", "1e3", " 7", "7 ", "9007199254740991", "999999999999999"],
    ),
  },
);
const lists = fc
  .tuple(fc.array(integers, { maxLength: 4 }), fc.constantFrom("", "", "", ","))
  .map(([list, more]) => `[${list.join(",")}${more}]`);
const offsets = fc.oneof(
  fc.tuple(integers, integers).map((pair) => `[${pair.join(",")}]`),
  lists,
);
const entries = fc
  .tuple(fc.constantFrom("F32", "F32", "F32", "U8", "f32"), lists, offsets)
  .map(([dtype, shape, place]) => `{"dtype":"${dtype}","shape":${shape},"data_offsets":${place}}`);
const damages = fc.array(
  fc.record({
    at: fc.nat(90),
    removed: fc.nat(3),
    added: fc.constantFrom("", "", " ", "0", "1", ",", '"', "}", "]", "[", "\\", "é"),
  }),
  { maxLength: 2 },
);

function outcomeOf(text: string, isExpected: boolean, mode: "strict" | "lenient") {
  const cursor = new JsonCursor(text, "file", 8);
  const reader = new EntryReader(cursor, mode);
  if (isExpected) reader.read("first");
  cursor.at = FIRST.length;
  try {
    return { entry: reader.read("second"), at: cursor.at };
  } catch (error) {
    if (!(error instanceof SafetensorsError)) throw error;
    return { code: error.code, message: error.message, details: error.details };
  }
}

test("reads what the general reader reads, and refuses what it refuses", () => {
  let taken = 0;
  const property = fc.property(
    entries,
    damages,
    fc.constantFrom<"strict" | "lenient">("strict", "lenient"),
    (written, list, mode) => {
      const second = list.reduce(
        (text, { at, removed, added }) => text.slice(0, at) + added + text.slice(at + removed),
        written,
      );
      const text = `${FIRST}${second},"more":1}`;
      const found = outcomeOf(text, true, mode);
      expect(found).toEqual(outcomeOf(text, false, mode));
      if ("entry" in found) taken += 1;
    },
  );
  fc.assert(property, { numRuns: 4000 });
  expect(taken).toBeGreaterThan(100);
});

test("reads dtypes in any order, scalars and tensors without values", () => {
  const specs = [
    { name: "a", dtype: "F32", shape: [] },
    { name: "b", dtype: "F64", shape: [3, 0, 2] },
    { name: "c", dtype: "F32", shape: [0] },
    { name: "d", dtype: "BOOL", shape: [1, 1, 1] },
    { name: "e", dtype: "F32", shape: [2, 3] },
  ] as const;
  const { bytes, fileByteLength } = encodeHeader(specs);
  const { tensors } = decodeHeader(bytes, fileByteLength);
  expect(new Map([...tensors].map(([name, { dtype, shape }]) => [name, { dtype, shape }]))).toEqual(
    new Map(specs.map(({ name, dtype, shape }) => [name, { dtype, shape: [...shape] }])),
  );
});
