/**
 * Golden: the storage calls of one append to one table, in order, each with its reason. A call that
 * is added here is a cost that every commit pays, and a crash window that every test must cover.
 */
import type { TableDescriptor } from "@crv/core";
import { SimulatedDisk } from "@crv/storage-trait/testing";
import { describe, expect, test } from "vitest";
import { BY_VALUE, commitRows, LEFT, openProcess } from "./support/universe.js";

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
    const afterPart = APPEND.findIndex(([call]) => call === "create write _log/*");
    const expected = [...APPEND.slice(0, afterPart), ...KEY_FILTER, ...APPEND.slice(afterPart)];
    expect(calls).toHaveLength(expected.length);
    for (const [i, [call]] of expected.entries()) expect(calls[i]).toMatch(pattern(call));
  });
});
