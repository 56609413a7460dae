/**
 * Goal: a deep verification reads a file once, however many names it has, and reads whatever is another
 * file, or may be one.
 * Method: a batch whose tensors are shown as a link, and its metadata as a copy; reads are counted.
 */
import { formatIndexedName, type ObjectKey } from "@crv/core";
import { CountingStore, SimulatedDisk } from "@crv/storage-trait/testing";
import { describe, expect, test } from "vitest";
import { verifyRun } from "../src/verify/verify-run.js";
import { openProcess } from "./support/universe.js";

const VIEW = "batch_000007.safetensors" as ObjectKey;
/** Of several pieces, the last one short. */
const CONTENT = new Uint8Array(5_000_001).map((_, i) => (i * 7) % 251);

async function runOfBatch() {
  const opened = await openProcess(new SimulatedDisk(), "writer");
  await using base = await opened.storage.snapshot();
  await using operation = await opened.storage.begin({ base, mode: "blind" });
  const members = [{ name: "tensors.safetensors", body: () => CONTENT }];
  await operation.stageArtifact(formatIndexedName("batches", 7), members);
  expect(await operation.commit()).toMatchObject({ kind: "committed" });
  const store = new CountingStore(opened.store);
  const verify = async () => {
    store.reset();
    const { problems } = await verifyRun({ store, parts: opened.parts }, { deep: true });
    const read = (key: ObjectKey): number =>
      store.trace
        .filter((call) => call.verb === "get" && call.key === key)
        .reduce((sum, { bytes }) => sum + bytes, 0);
    return { read, problems: problems.map(({ file, kind, path }) => ({ file, kind, path })) };
  };
  let member: ObjectKey | undefined;
  for await (const { key } of opened.store.list("tensors/")) member = key;
  return { store: opened.store, counted: store, member: member as ObjectKey, verify };
}

const changed = () => CONTENT.map((byte, i) => (i === 4_500_000 ? byte ^ 1 : byte));

describe("a deep verification", () => {
  test("reads a member once, whatever links show it", async () => {
    const { verify, member } = await runOfBatch();
    const { read, problems } = await verify();
    expect(problems).toEqual([]);
    expect([read(member), read(VIEW)]).toEqual([CONTENT.length, 0]);
  });

  test("reads a view that is a copy, and tells of the copy alone", async () => {
    const { verify, store, member } = await runOfBatch();
    await store.replaceHint(VIEW, CONTENT);
    const sound = await verify();
    expect(sound.problems).toEqual([]);
    expect([sound.read(member), sound.read(VIEW)]).toEqual([CONTENT.length, CONTENT.length]);
    await store.replaceHint(VIEW, changed());
    expect((await verify()).problems).toEqual([{ file: "view", kind: "changed", path: VIEW }]);
  });

  test("tells of a member that was replaced, not of the view that is still the old file", async () => {
    const { verify, store, member } = await runOfBatch();
    await store.replaceHint(member, changed());
    expect((await verify()).problems).toEqual([{ file: "member", kind: "changed", path: member }]);
  });

  test("tells of one damaged file under both of its names", async () => {
    const { verify, store, member } = await runOfBatch();
    await store.replaceHint(member, changed());
    await store.showPart(VIEW, member, "link");
    const { problems, read } = await verify();
    expect(problems).toEqual([
      { file: "view", kind: "changed", path: VIEW },
      { file: "member", kind: "changed", path: member },
    ]);
    expect(read(VIEW)).toBe(0);
  });

  test("reads every view where the store tells no identity", async () => {
    const { verify, counted, member } = await runOfBatch();
    const stat = counted.stat.bind(counted);
    counted.stat = async (key) => {
      const info = await stat(key);
      return info && { key, sizeBytes: info.sizeBytes, modifiedAt: info.modifiedAt };
    };
    const { problems, read } = await verify();
    expect(problems).toEqual([]);
    expect([read(member), read(VIEW)]).toEqual([CONTENT.length, CONTENT.length]);
  });
});
