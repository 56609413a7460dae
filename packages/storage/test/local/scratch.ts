/** Directories and stores of single tests, removed again. */
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ObjectKey } from "@crv/core";
import { SimulatedClock, seededRandom } from "@crv/storage-trait/testing";
import { afterEach } from "vitest";
import type { DirectoryStoreOptions } from "../../src/index.js";

const made: string[] = [];

afterEach(async () => {
  for (const path of made.splice(0)) await rm(path, { recursive: true, force: true });
});

/** An empty directory; its path has no symbolic links. */
export async function scratchDirectory(): Promise<string> {
  const path = await realpath(await mkdtemp(join(tmpdir(), "crv-storage-")));
  made.push(path);
  return path;
}

let seed = 0;

/** Everything that opening a store needs but its path; random names differ between calls. */
export function openOptions(path: string): DirectoryStoreOptions {
  const clock = new SimulatedClock({ start: new Date("2026-01-01"), autoAdvance: true });
  return { path, create: true, clock, random: seededRandom(++seed) };
}

export const FULL = { durability: "full" } as const;
export const PROCESS = { durability: "process" } as const;

export function key(text: string): ObjectKey {
  return text as ObjectKey;
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
