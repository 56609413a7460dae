/** Goal: the worked examples of docs/format are what the code reads and writes. */
import { readFileSync } from "node:fs";
import {
  canonicalJson,
  formatCheckpointIndexKey,
  formatCheckpointKey,
  formatFloorKey,
  parseTableKey,
} from "@crv/core";
import { SimulatedDisk } from "@crv/storage-trait/testing";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import {
  applyRecord,
  decodeDocument,
  decodeRecord,
  emptyState,
  encodeManifestView,
  encodeRecord,
  type RunState,
  readCheckpoint,
  readSegmentedCheckpoint,
  tableManifest,
  writeCheckpoint,
  writeSegmentedCheckpoint,
} from "../src/index.js";

const FULL = { durability: "full" } as const;
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The JSON of a worked example of a page, as it is written there. */
function exampleOf(page: string, heading = "Worked example"): string {
  const text = readFileSync(new URL(`../../../docs/format/${page}.md`, import.meta.url), "utf8");
  const pattern = `^##+ ${heading}$[\\s\\S]*?^\`\`\`json\\n([\\s\\S]*?)^\`\`\`$`;
  const [, json] = new RegExp(pattern, "m").exec(text) ?? [];
  if (json === undefined) throw new Error(`${page} has no worked example in JSON`);
  return json.trimEnd();
}

/** On disk documents are one line: the page only breaks it. */
const onDisk = (page: string, heading?: string): Uint8Array =>
  bytesOf(canonicalJson(JSON.parse(exampleOf(page, heading))));

const record = () => decodeRecord(1, onDisk("commit-record"));
const state = async (): Promise<RunState> => applyRecord(emptyState(), await record());

const contentOf = (of: RunState | undefined) =>
  of && [of.version, of.commitId, [...of.tables], [...of.ledger.settled(of.version)]];

describe("docs/format", () => {
  test("documents: the floor", async () => {
    const shape = z.object({ format: z.literal(1), floor: z.literal(21) });
    const bytes = bytesOf(exampleOf("documents"));
    expect(await decodeDocument(formatFloorKey(21), bytes, shape)).toEqual({
      format: 1,
      floor: 21,
    });
  });

  test("commit-record: the first commit of a run", async () => {
    const bytes = onDisk("commit-record");
    expect(await encodeRecord(await record())).toEqual(bytes);
    expect(bytes.byteLength).toBe(1122);
    expect((await state()).version).toBe(1);
  });

  test("checkpoint: of that run", async () => {
    const disk = new SimulatedDisk();
    await writeCheckpoint(disk.process("p"), await state(), "full");
    expect(disk.objects().get(formatCheckpointKey(1))).toEqual(onDisk("checkpoint"));
    const copy = new SimulatedDisk();
    await copy.process("p").create(formatCheckpointKey(1), onDisk("checkpoint"), FULL);
    expect((await readCheckpoint(copy.process("q"), 1))?.commitId).toBe((await record()).commitId);
  });

  test("checkpoint: the index of that run", async () => {
    const disk = new SimulatedDisk();
    await writeSegmentedCheckpoint(disk.process("p"), await state(), "full");
    expect(new TextDecoder().decode(disk.objects().get(formatCheckpointIndexKey(1)))).toBe(
      new TextDecoder().decode(onDisk("checkpoint", "Worked example: an index")),
    );
    expect(contentOf(await readSegmentedCheckpoint(disk.process("q"), 1))).toEqual(
      contentOf(await state()),
    );
  });

  test("manifest-view: of its table", async () => {
    const manifest = tableManifest(await state(), parseTableKey("flights"))!;
    expect(new TextDecoder().decode(encodeManifestView(manifest))).toBe(exampleOf("manifest-view"));
  });
});
