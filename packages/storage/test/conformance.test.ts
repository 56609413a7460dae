/** Every backend, and a wrapper around one, keeps the contracts of object stores. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { objectStoreConformance } from "@crv/storage-trait/conformance";
import { CountingStore, SimulatedClock } from "@crv/storage-trait/testing";
import { describe, test } from "vitest";
import { createMemoryStore, openDirectoryStore } from "../src/index.js";
import { openOptions, scratchDirectory } from "./local/scratch.js";

const harness = { describe, test };

objectStoreConformance({
  name: "memory",
  harness,
  capabilities: {
    atomicCreate: true,
    durable: false,
    locations: false,
    shared: false,
    identities: false,
  },
  open: async () => ({ store: createMemoryStore({ clock: new SimulatedClock() }) }),
});

const directory = {
  atomicCreate: true,
  durable: true,
  locations: true,
  shared: true,
  identities: true,
} as const;

objectStoreConformance({
  name: "directory",
  harness,
  capabilities: directory,
  async open() {
    const path = join(await scratchDirectory(), "runs/run_1");
    return {
      store: await openDirectoryStore(openOptions(path)),
      another: () => openDirectoryStore(openOptions(path)),
      readLocation: (location) => readFile(location),
    };
  },
});

objectStoreConformance({
  name: "counted directory",
  harness,
  capabilities: directory,
  async open() {
    const path = await scratchDirectory();
    const open = async () => new CountingStore(await openDirectoryStore(openOptions(path)));
    return { store: await open(), another: open, readLocation: (location) => readFile(location) };
  },
});
