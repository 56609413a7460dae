/** Safetensors files to compare: every dtype, odd names and shapes, and headers that are nearly right. */
import {
  bitsOf,
  DTYPES,
  decodeSafetensors,
  encodeSafetensors,
} from "../../packages/safetensors/dist/index.js";

/**
 * @typedef {{ name: string, dtype: import("@crv/safetensors").Dtype, shape: number[], hex: string }} SampleTensor
 * @typedef {{ name: string, tensors: SampleTensor[], metadata: Record<string, string> | null }} SampleFile
 */

const ODD_NAMES = [
  "",
  "__proto__",
  "10",
  "9",
  'quo"te\\',
  "\b\f\n\r\t\u0001\u001f\u007f",
  "\u2028",
];
const FAR_NAMES = ["\ue000", "\u{1f600}", "é", "e\u0301", "a".repeat(300)];

/** @param {string} name @param {import("@crv/safetensors").Dtype} dtype @param {number[]} shape @returns {SampleTensor} */
function sampleTensor(name, dtype, shape) {
  const byteLength = (shape.reduce((a, b) => a * b, 1) * bitsOf(dtype)) / 8;
  const bytes = Buffer.from(
    Array.from({ length: byteLength }, (_, at) => (at * 37 + name.length) & 0xff),
  );
  return { name, dtype, shape, hex: bytes.toString("hex") };
}

const all = DTYPES.map((dtype, at) => sampleTensor(dtype, dtype, at % 2 === 0 ? [3, 8] : [8]));

/** @type {readonly SampleFile[]} */
export const sampleFiles = [
  { name: "nothing", tensors: [], metadata: null },
  { name: "metadata only", tensors: [], metadata: { "ké\n": 'v"\u0001' } },
  {
    name: "every dtype but F6",
    tensors: all.filter(({ dtype }) => !dtype.startsWith("F6")),
    metadata: { format: "pt" },
  },
  { name: "F6", tensors: all.filter(({ dtype }) => dtype.startsWith("F6")), metadata: null },
  {
    name: "odd names",
    tensors: [...ODD_NAMES, ...FAR_NAMES].map((name) => sampleTensor(name, "U8", [1])),
    metadata: null,
  },
  {
    name: "shapes",
    tensors: [
      sampleTensor("scalar", "F64", []),
      sampleTensor("empty", "F32", [0]),
      sampleTensor("hollow", "I16", [2, 0, 3]),
      sampleTensor("cube", "BF16", [2, 3, 4]),
    ],
    metadata: null,
  },
];

/** Our file of a sample. @param {SampleFile} sample */
export function encodeSample({ tensors, metadata }) {
  return encodeSafetensors(
    tensors.map(({ name, dtype, shape, hex }) => {
      const data = new Uint8Array(Buffer.from(hex, "hex"));
      return /** @type {const} */ ([name, { dtype, shape, data }]);
    }),
    metadata === null ? {} : { metadata },
  );
}

/** What we find in a file, told as Python tells it. @param {Uint8Array} bytes @returns {SampleTensor[]} by name */
export function factsOf(bytes) {
  return [...decodeSafetensors(bytes).tensors]
    .map(([name, { dtype, shape, data }]) => {
      const hex = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("hex");
      return { name, dtype, shape: [...shape], hex };
    })
    .sort(byName);
}

/** As Python compares text: by code point. @param {SampleTensor} a @param {SampleTensor} b */
export function byName(a, b) {
  return Buffer.compare(Buffer.from(a.name), Buffer.from(b.name));
}

const TOKENS = [
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
    "e5",
    "1e400",
    "\\",
    "\\u0061",
    "\\ud83d\\ude00",
    "\\ud800",
  ],
  ...[
    " ",
    "\n",
    "\t",
    "\v",
    "null",
    "true",
    '"dtype"',
    '"F32"',
    '"F4"',
    "[0,8]",
    "[8,8]",
    "2.0",
    "00",
  ],
  ...[
    '{"F32":null}',
    '"x":{},',
    '"__metadata__":null,',
    "18446744073709551615",
    "18446744073709551616",
  ],
];
const HEADERS = [
  '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}',
  '{"__metadata__":{"k":"v"},"a":["F32",[2],[0,8]]}',
  '{"z":{"dtype":"U8","shape":[0,3],"data_offsets":[8,8],"x":[{"y":1}]},"a":{"dtype":"F4","shape":[16],"data_offsets":[0,8]}}',
];
const CASE_COUNT = 5000;

/** Files with one or two edits of a good header. The same on every call. @returns {Uint8Array[]} */
export function nearlyRightFiles() {
  let state = 1;
  /** @param {number} below */
  const next = (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  return Array.from({ length: CASE_COUNT }, () => {
    let header = HEADERS[next(HEADERS.length)] ?? "";
    for (let edits = next(3); edits >= 0; edits--) {
      const at = next(header.length + 1);
      const token = next(4) === 0 ? "" : (TOKENS[next(TOKENS.length)] ?? "");
      header =
        header.slice(0, at) + token + header.slice(at + (token === "" ? 1 + next(5) : next(2)));
    }
    const json = Buffer.from(header);
    const file = new Uint8Array(8 + json.length + 8);
    new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
    file.set(json, 8);
    return file;
  });
}

/** Whether we take a file, in the mode that does as the reference. @param {Uint8Array} bytes */
export function isTaken(bytes) {
  try {
    decodeSafetensors(bytes, { mode: "lenient" });
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === "SafetensorsError") return false;
    throw error;
  }
}
