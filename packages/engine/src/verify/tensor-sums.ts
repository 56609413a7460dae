/** CRC-32 of the tensors of a file whose bytes come in pieces. Source: docs/format/artifacts.md. */
import { crc32 } from "node:zlib";
import type { TensorEntry } from "@crv/core";

export class TensorSums {
  readonly #entries: readonly TensorEntry[];
  readonly #sums: number[];
  #position = 0;
  /** Those before it have ended. */
  #first = 0;

  constructor(entries: readonly TensorEntry[]) {
    this.#entries = [...entries].sort((a, b) => a.begin - b.begin);
    this.#sums = entries.map(() => 0);
  }

  /** The next bytes of the file. */
  update(piece: Uint8Array): void {
    const start = this.#position;
    const end = start + piece.byteLength;
    for (let i = this.#first; i < this.#entries.length; i++) {
      const entry = this.#entries[i] as TensorEntry;
      if (entry.begin >= end) break;
      const from = Math.max(entry.begin, start) - start;
      const to = Math.min(entry.end, end) - start;
      if (from < to) this.#sums[i] = crc32(piece.subarray(from, to), this.#sums[i]);
      if (i === this.#first && entry.end <= end) this.#first++;
    }
    this.#position = end;
  }

  /** Names of the tensors whose bytes are not those that the log names, in the order of their data. */
  changed(): readonly string[] {
    return this.#entries
      .filter((entry, i) => Number.parseInt(entry.crc32, 16) !== this.#sums[i])
      .map(({ name }) => name);
  }
}
