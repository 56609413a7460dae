import type { RangeReader } from "../../src/index.js";

/** Reads from memory, and remembers every range that was asked for. */
export function countingReader(bytes: Uint8Array): RangeReader & {
  readonly asked: [begin: number, end: number][];
} {
  const asked: [number, number][] = [];
  return {
    asked,
    byteLength: bytes.length,
    async read(begin, end) {
      asked.push([begin, end]);
      return bytes.slice(begin, end);
    },
  };
}
