/**
 * Golden: the storage calls of one append to one table, and of one transaction with a batch and a file,
 * in order, each with its reason. A call that is added here is a cost that every commit pays, and a crash
 * window that every test must cover.
 */
import {
  CONTENT_MEMBER,
  formatFileName,
  formatIndexedName,
  type TableDescriptor,
  TENSORS_MEMBER,
} from "@crv/core";
import type { StagedStorage } from "@crv/storage-trait";
import { SimulatedDisk } from "@crv/storage-trait/testing";
import { describe, expect, test } from "vitest";
import { BY_VALUE, commitRows, LEFT, only, openProcess, rowsOf } from "./support/universe.js";

/** `*` stands for what differs from run to run. */
const APPEND: readonly (readonly [call: string, reason: string])[] = [
  ["get read _log/*", "snapshot: is there a newer version?"],
  ["list list _floor/", "a number that was freed proves nothing (rule floorlast)"],
  ["list list _recovery/", "did a writer die? its operation is settled first"],
  ["create write _recovery/*", "A: the sidecar names what may be left behind"],
  ["create link _recovery/*", "A: it appears whole, or not at all; not synced"],
  ["create unlink-temporary _tmp/*", "A"],
  ["create write tables/*", "B: the part"],
  ["create link tables/*", "B: it appears under its final name"],
  ["create unlink-temporary _tmp/*", "B"],
  ["create write _log/*", "C: the record"],
  ["create sync-content _log/*", "C: its bytes are durable before it is visible"],
  ["makeDurable stat tables/*", "C: the part, beside the sync of the record"],
  ["makeDurable sync-content tables/*", "C: its bytes are durable before the record names it"],
  ["makeDurable sync-directory tables/*", "C: its name, too"],
  ["create link _log/*", "C: the commit, by create-if-absent"],
  ["create unlink-temporary _tmp/*", "C"],
  ["create sync-directory _log", "C: durable; the caller is told after this"],
  ["list list _floor/", "C: was the number freed? then the create proves nothing"],
  ["removeSidecar unlink _recovery/*", "D: nothing is left to recover"],
];

/** Every eighth part, and at the first: the view. */
const VIEW: typeof APPEND = [
  ["replaceView read tables/left_table/manifest.json", "D: a view that shows more stays"],
  ["replaceView write tables/left_table/manifest.json", "D"],
  ["replaceView sync-content tables/left_table/manifest.json", "D: a torn view helps nobody"],
  ["replaceView rename tables/left_table/manifest.json", "D: whole for its readers"],
  ["replaceView sync-directory tables/left_table", "D"],
  ["get read _log/*", "D: did the root move meanwhile? (rule viewloop)"],
  ["list list _floor/", "D: likewise"],
];

/** After a part of more than some 90 keys. Nothing is synced: what is torn is found and ignored. */
const KEY_FILTER: typeof APPEND = [
  ["create write tables/*.keys", "B: the key filter of the part"],
  ["create link tables/*.keys", "B: it appears whole, or not at all; not synced"],
  ["create unlink-temporary _tmp/*", "B"],
];

/** Of a member: as of a part of a table. */
const member = (directory: string): typeof APPEND => [
  [`create write ${directory}/*`, "B: the member"],
  [`create link ${directory}/*`, "B: it appears under its final name"],
  ["create unlink-temporary _tmp/*", "B"],
];

const synced = (directory: string): typeof APPEND => [
  [`makeDurable stat ${directory}/*`, "C: the member, beside the sync of the record"],
  [`makeDurable sync-content ${directory}/*`, "C: its bytes, before the record names it"],
  [`makeDurable sync-directory ${directory}`, "C: its name, too"],
];

const indexOf = (call: string): number => APPEND.findIndex(([other]) => other === call);
const PUBLISH = indexOf("create write _log/*");
const APPEARS = indexOf("create link _log/*");

/** The record comes before all views, and each view before the sidecar goes. */
const TRANSACTION: typeof APPEND = [
  ...APPEND.slice(0, PUBLISH),
  ["replaceLease write _recovery/*", "A: the sidecar names artifacts as well, before the first"],
  ["replaceLease sync-content _recovery/*", "A: a torn one would name nothing"],
  ["replaceLease rename _recovery/*", "A: whole for its readers"],
  ...member("tensors"),
  ...member("files"),
  ...APPEND.slice(PUBLISH, APPEARS),
  ...synced("tensors"),
  ...synced("files"),
  ...APPEND.slice(APPEARS, -1),
  ["showPart read tensors/*", "D: is it there?"],
  ["showPart rename batch_000042.safetensors", "D: the view is a link to it"],
  ["showPart sync-directory ", "D: its name is durable before the sidecar goes"],
  ["get read _log/*", "D: did the root move meanwhile? (rule viewloop)"],
  ["list list _floor/", "D: likewise"],
  ["showPart read files/*", "D: the view of a file is a copy: programs edit it in place"],
  ["showPart write artifacts/config.json", "D"],
  ["showPart sync-content artifacts/config.json", "D: a torn view helps nobody"],
  ["showPart rename artifacts/config.json", "D: whole for its readers"],
  ["showPart sync-directory artifacts", "D"],
  ["get read _log/*", "D: as above"],
  ["list list _floor/", "D: likewise"],
  ...APPEND.slice(-1),
];

async function callsOfAppend(
  commitsBefore: number,
  table: TableDescriptor = LEFT,
  values: readonly number[] = [1],
): Promise<readonly string[]> {
  const disk = new SimulatedDisk();
  const { storage } = await openProcess(disk, "writer");
  for (let i = 0; i < commitsBefore; i++) await commitRows(storage, [{ table, values: [1] }]);
  const start = disk.trace.length;
  await commitRows(storage, [{ table, values }]);
  return disk.trace.slice(start).map(({ verb, step, key }) => `${verb} ${step} ${key}`);
}

/** Rows, a batch and a file in one commit, where each was written before. */
async function transact(storage: StagedStorage): Promise<void> {
  await using base = await storage.snapshot();
  await using operation = await storage.begin({ base, mode: "blind" });
  await operation.stageAppend(LEFT.name, only(rowsOf(LEFT, [1])));
  const body = () => Uint8Array.of(1);
  await operation.stageArtifact(formatIndexedName("batches", 42), [{ name: TENSORS_MEMBER, body }]);
  await operation.stageArtifact(formatFileName("config.json"), [{ name: CONTENT_MEMBER, body }]);
  expect((await operation.commit()).kind).toBe("committed");
}

function valuesUpTo(last: number): readonly number[] {
  return Array.from({ length: last }, (_, i) => i + 1);
}

function pattern(call: string): RegExp {
  return new RegExp(`^${call.replaceAll("/", "\\/").replaceAll("*", ".*")}$`);
}

describe("storage calls of an append", () => {
  test("to a table that exists, when its view is not due", async () => {
    const calls = await callsOfAppend(17);
    expect(calls).toHaveLength(APPEND.length);
    for (const [i, [call]] of APPEND.entries()) expect(calls[i]).toMatch(pattern(call));
  });

  test("when its view is due, the view comes before the sidecar goes", async () => {
    const calls = await callsOfAppend(4);
    const expected = [...APPEND.slice(0, -1), ...VIEW, APPEND[APPEND.length - 1] ?? ["", ""]];
    expect(calls).toHaveLength(expected.length);
    for (const [i, [call]] of expected.entries()) expect(calls[i]).toMatch(pattern(call));
  });

  test("to a table with a key, of few rows: as without a key", async () => {
    const calls = await callsOfAppend(17, BY_VALUE, valuesUpTo(90));
    expect(calls).toHaveLength(APPEND.length);
    for (const [i, [call]] of APPEND.entries()) expect(calls[i]).toMatch(pattern(call));
  });

  test("to a table with a key, of many rows: the key filter follows its part", async () => {
    const calls = await callsOfAppend(17, BY_VALUE, valuesUpTo(200));
    const expected = [...APPEND.slice(0, PUBLISH), ...KEY_FILTER, ...APPEND.slice(PUBLISH)];
    expect(calls).toHaveLength(expected.length);
    for (const [i, [call]] of expected.entries()) expect(calls[i]).toMatch(pattern(call));
  });
});

describe("storage calls of a transaction", () => {
  test("of rows, a batch and a file", async () => {
    const disk = new SimulatedDisk();
    const { storage } = await openProcess(disk, "writer");
    for (let i = 0; i < 17; i++) await commitRows(storage, [{ table: LEFT, values: [1] }]);
    await transact(storage);
    const start = disk.trace.length;
    await transact(storage);
    const calls = disk.trace.slice(start).map(({ verb, step, key }) => `${verb} ${step} ${key}`);
    expect(calls).toHaveLength(TRANSACTION.length);
    for (const [i, [call]] of TRANSACTION.entries()) expect(calls[i]).toMatch(pattern(call));
  });
});
