/**
 * Goal: no bytes do harm. Whatever comes, the answer is tensors or a SafetensorsError; strict mode takes
 * nothing that lenient mode refuses; and what is taken covers the file exactly.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type DecodedSafetensors,
  decodeHeader,
  decodeSafetensors,
  encodeSafetensors,
  SafetensorsError,
} from "../src/index.js";
import { namedTensors } from "./support/arbitrary-tensors.js";
import { fileOf } from "./support/file-of.js";
import { fromBase64, vectors } from "./support/vectors.js";

const seeds = [...vectors.reader, ...vectors.writer].map(({ bytes_b64 }) => fromBase64(bytes_b64));
const files = fc.oneof(
  fc.constantFrom(...seeds),
  namedTensors.map((tensors) =>
    encodeSafetensors(tensors.map(({ name, ...tensor }) => [name, tensor])),
  ),
);
const tokens = fc.constantFrom(
  ...[
    '"',
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "0",
    "1",
    "-",
    ".",
    "e9",
    "\\",
    "\\u0061",
    "\\ud83d",
    " ",
    "\u0000",
  ],
  ...[
    "null",
    "true",
    '"a"',
    '"dtype"',
    '"shape"',
    '"data_offsets"',
    '"F32"',
    '"F4"',
    "[0,8]",
    "[8,8]",
  ],
  ...[
    '{"F32":null}',
    '"__metadata__":{"a":"b"},',
    "18446744073709551615",
    "9007199254740993",
    "2.0",
  ],
);
interface Edit {
  readonly at: number;
  readonly removed: number;
  readonly token: string;
}
const edits: fc.Arbitrary<Edit[]> = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    removed: fc.nat(6),
    token: fc.oneof(tokens, fc.constant("")),
  }),
  { maxLength: 4 },
);

/** A file whose header was edited; its length prefix fits again. */
function edited(file: Uint8Array, list: readonly Edit[]): Uint8Array {
  const length =
    file.length < 8 ? 0 : Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const end = Math.min(8 + length, file.length);
  let header = Buffer.from(file.subarray(8, end));
  for (const { at, removed, token } of list) {
    const place = Math.floor(at * header.length);
    header = Buffer.concat([
      header.subarray(0, place),
      Buffer.from(token),
      header.subarray(place + removed),
    ]);
  }
  const whole = fileOf(new Uint8Array(header), file.length - end);
  whole.set(file.subarray(end), 8 + header.length);
  return whole;
}

function decoded(bytes: Uint8Array, mode: "strict" | "lenient"): DecodedSafetensors | undefined {
  try {
    return decodeSafetensors(bytes, { mode });
  } catch (error) {
    if (error instanceof SafetensorsError) return undefined;
    throw error;
  }
}

function check(bytes: Uint8Array): void {
  const strict = decoded(bytes, "strict");
  const lenient = decoded(bytes, "lenient");
  if (strict !== undefined) expect(lenient).toEqual(strict);
  if (lenient === undefined) return;
  const { dataOffset, tensors } = decodeHeader(bytes, bytes.length, { mode: "lenient" });
  const covered = [...tensors.values()].reduce((sum, { begin, end }) => sum + end - begin, 0);
  expect(dataOffset + covered).toBe(bytes.length);
}

test("any bytes are tensors or a SafetensorsError", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), check));
  fc.assert(
    fc.property(
      fc.string({ unit: "binary" }).map((text) => fileOf(text)),
      check,
    ),
  );
});

test("any edit of the header of a good file is tensors or a SafetensorsError", () => {
  fc.assert(
    fc.property(files, edits, (file, list) => check(edited(file, list))),
    { numRuns: 5000 },
  );
});

test("any flipped byte, and any cut, is tensors or a SafetensorsError", () => {
  fc.assert(
    fc.property(files, fc.nat(), fc.nat(255), fc.nat(), (file, at, byte, length) => {
      const flipped = file.slice();
      if (flipped.length > 0) flipped[at % flipped.length] = byte;
      check(flipped);
      check(file.subarray(0, length % (file.length + 1)));
    }),
    { numRuns: 2000 },
  );
});
