/** The test kit keeps the contracts that it tests others by. */
import { defineTable } from "@crv/core";
import { Float64, Int64, type RecordBatch, Table, Utf8, vectorFromArray } from "apache-arrow";
import { describe, test } from "vitest";
import { objectStoreConformance, partStoreConformance } from "../src/conformance.js";
import { CountingStore, SimulatedDisk, TrivialPartStore } from "../src/testing.js";

const harness = { describe, test };
const capabilities = {
  atomicCreate: true,
  durable: true,
  locations: false,
  shared: true,
  identities: true,
} as const;

objectStoreConformance({
  name: "SimulatedStore",
  capabilities,
  harness,
  async open() {
    const disk = new SimulatedDisk();
    return { store: disk.process("first"), another: async () => disk.process("second") };
  },
});

objectStoreConformance({
  name: "CountingStore",
  capabilities,
  harness,
  async open() {
    const disk = new SimulatedDisk();
    const counting = (name: string) => new CountingStore(disk.process(name));
    return { store: counting("first"), another: async () => counting("second") };
  },
});

const table = defineTable({
  name: "flights",
  columns: { tick: "i64", origin: "str", delay: "f64?" },
});

partStoreConformance({
  name: "TrivialPartStore",
  harness,
  table,
  async open() {
    const store = new SimulatedDisk().process("writer");
    return { store, parts: new TrivialPartStore(store) };
  },
  batches(rows): readonly RecordBatch[] {
    const index = Array.from({ length: rows }, (_, i) => i);
    return new Table({
      tick: vectorFromArray(index.map(BigInt), new Int64()),
      origin: vectorFromArray(
        index.map((i) => `port ${i % 7}`),
        new Utf8(),
      ),
      delay: vectorFromArray(
        index.map((i) => (i % 5 === 0 ? null : i / 3)),
        new Float64(),
      ),
    }).batches;
  },
});
