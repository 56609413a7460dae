/** The whole log of a universe: keeps each record that trimming is about to remove. */
import { type CommitRecord, formatRecordKey, parseRecordKey, type Version } from "@crv/core";
import { decodeRecord } from "@crv/manifest";
import type { SimulatedDisk, StorageCall } from "@crv/storage-trait/testing";

export class LogWitness {
  readonly #disk: SimulatedDisk;
  readonly #removed = new Map<Version, Uint8Array>();

  constructor(disk: SimulatedDisk) {
    this.#disk = disk;
  }

  /** To be told of each call before it has its effect. */
  before({ step, key }: StorageCall): void {
    const version = step === "unlink" ? parseRecordKey(key) : undefined;
    // What a late create put under a number that was freed is no commit, and goes again.
    if (version === undefined || this.#removed.has(version)) return;
    const bytes = this.#disk.read(formatRecordKey(version));
    if (bytes) this.#removed.set(version, bytes);
  }

  /** From version 1 to the newest. */
  async records(): Promise<readonly CommitRecord[]> {
    const records: CommitRecord[] = [];
    for (let version = 1; ; version++) {
      const bytes = this.#removed.get(version) ?? this.#disk.read(formatRecordKey(version));
      if (bytes === undefined) return records;
      records.push(await decodeRecord(version, bytes));
    }
  }
}
