/** Key filters that something happened to after their parts were committed. */
import assert from "node:assert/strict";
import { type ObjectKey, parseKeyFilterKey } from "@crv/core";
import type { StagedStorage } from "@crv/storage-trait";
import { SimulatedDisk } from "@crv/storage-trait/testing";
import { BY_VALUE, commitRows, only, openProcess, readValues, rowsOf } from "./universe.js";

/** Of a part that has its key filter beside it. */
export const EVEN: readonly number[] = Array.from({ length: 120 }, (_, i) => 2 * i);
/** As many other values. */
export const ODD: readonly number[] = EVEN.map((value) => value + 1);

type Damage = (bytes: Uint8Array, other: Uint8Array) => Uint8Array | undefined;

/** `other` is a sound filter, of as many other keys. */
export const DAMAGES: Readonly<Record<string, Damage>> = {
  "is gone": () => undefined,
  "is empty": () => new Uint8Array(),
  "is cut": (bytes) => bytes.subarray(0, 9),
  "has grown": (bytes) => Buffer.concat([bytes, new Uint8Array(1 << 24)]),
  "has a flipped bit": (bytes) =>
    bytes.map((byte, i) => (i === bytes.byteLength >> 1 ? byte ^ 0x10 : byte)),
  "is all zero": (bytes) => new Uint8Array(bytes.byteLength),
  "is that of another part": (_, other) => other,
};

export function filtersOn(disk: SimulatedDisk): readonly ObjectKey[] {
  return [...disk.objects().keys()].filter((key) => parseKeyFilterKey(key));
}

/** A run with one part of {@link EVEN}. */
export async function openWithFilter(): Promise<{ disk: SimulatedDisk; storage: StagedStorage }> {
  const disk = new SimulatedDisk();
  const { storage } = await openProcess(disk, "writer");
  await commitRows(storage, [{ table: BY_VALUE, values: EVEN }]);
  return { disk, storage };
}

/** Damages the filters of two parts, and merges the keys of each. Fails when one was taken for absent. */
export async function mergeOverDamage(damage: Damage): Promise<void> {
  const { disk, storage } = await openWithFilter();
  await commitRows(storage, [{ table: BY_VALUE, values: ODD }]);
  const sound = filtersOn(disk).map((key) => [key, disk.objects().get(key)] as const);
  for (const [i, [key, bytes]] of sound.entries()) {
    const [, other] = sound[1 - i] ?? [];
    assert.ok(bytes && other);
    disk.tamper(key, () => damage(bytes, other));
  }
  await using base = await storage.snapshot();
  await using merging = await storage.begin({ base, mode: "strict" });
  for (const values of [EVEN, ODD]) {
    const rows = only(rowsOf(BY_VALUE, values));
    const { rowsRemoved } = await merging.stageMerge(BY_VALUE.name, rows);
    assert.equal(rowsRemoved, values.length, "I11: a merge finds every key");
  }
  assert.equal((await merging.commit()).kind, "committed");
  const values = (await readValues(storage, BY_VALUE.name)) ?? [];
  assert.deepEqual(
    [...values].sort((a, b) => a - b),
    [...EVEN, ...ODD].sort((a, b) => a - b),
  );
}
