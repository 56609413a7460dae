/**
 * Goal: verification finds any change of any file of a run, and tells nothing of a run that is sound.
 * Method: a run with every kind of file; one bit of one file is flipped at a random place, the run is
 * verified, and the bit is put back. Seeded.
 */
import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatSidecarKey, type OperationId, parseBranchName } from "@crv/core";
import { encodeDocument } from "@crv/manifest";
import { encodeSidecar } from "@crv/recovery";
import { seededRandom } from "@crv/storage-trait/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { defineTable, openRun, type VerifyReport, verifyRun } from "../src/index.js";
import { listFiles } from "./support/listing.js";

const keyed = defineTable({
  name: "keyed",
  columns: {
    tick: "i64",
    id: "str",
    real: "f64?",
    point: { struct: { x: "f64" }, nullable: true },
  },
  tick: "tick",
  bucketSize: 1000,
  key: ["id"],
});

/** As much of a record as is forged. */
interface Forged {
  readonly digest: string;
  readonly tables: {
    readonly keyed: {
      readonly add: readonly [
        {
          readonly path: string;
          readonly columns: Record<"real" | "tick", { max: number; nulls: number }>;
        },
      ];
    };
  };
}

const PENDING = "01ZZZZZZZZZZZZZZZZZZZZZZZZ" as OperationId;

/** Rows enough for a key filter that is a file of its own. */
const rowsOf = (commit: number) =>
  Array.from({ length: 120 }, (_, i) => ({
    tick: commit * 10 + (i % 10),
    id: `id-${commit}-${i}`,
    real: i % 7 === 0 ? null : i / 3,
    point: i % 5 === 0 ? null : { x: i },
  }));

/** A run with a floor, whole and segmented checkpoints, key filters, tensors, a hint and a sidecar. */
async function runOfEveryFile(root: string): Promise<void> {
  await using run = await openRun({
    root,
    runId: "r",
    tables: [keyed],
    durability: "process",
    parameters: { seed: 7 },
    settings: { writeManifestEveryN: 1 },
  });
  for (let commit = 0; commit < 8; commit++) await run.append("keyed", rowsOf(commit));
  await run.trimLog({ keepVersions: 4 });
  for (let commit = 8; commit < 140; commit++) {
    await run.transaction(async (tx) => {
      await tx.insert("holdings", [{ tick: commit, agent_id: "A", token_id: "T", quantity: 1 }]);
      if (commit % 50 === 0) await tx.putFile("config.json", `{"commit":${commit}}`);
    });
  }
  await run.transaction(async (tx) => {
    await tx.insert("keyed", rowsOf(200));
    await tx.putBatch(7, {
      layer: { x: { dtype: "F32", shape: [64], data: new Float32Array(64) } },
    });
  });
  const sidecar = await encodeSidecar({
    operationId: PENDING,
    branch: parseBranchName("main"),
    base: 1,
    writerKind: "append",
    actor: null,
    tables: new Map(),
    partPrefix: "0".repeat(24),
    owner: { bootId: "b", pidNamespace: "n", pid: 1, startedAt: "1" },
    startedAt: "2025-01-01T00:00:00.000Z",
    leaseDeadline: "2099-01-01T00:00:00.000Z",
  });
  await run.hold({ forMs: 86_400_000 });
  await run.close();
  await writeFile(join(run.path, formatSidecarKey(PENDING)), sidecar);
}

let root: string;
let path: string;

const verify = (deep: boolean): Promise<VerifyReport> => verifyRun({ root, runId: "r", deep });

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "crv-verify-"));
  path = join(root, "runs", "r");
  await runOfEveryFile(root);
}, 120_000);

afterAll(() => rm(root, { recursive: true }));

const KINDS: Readonly<Record<string, RegExp>> = {
  record: /^_log\/\d+\.json$/,
  hint: /^_log\/_head$/,
  floor: /^_floor\//,
  "whole checkpoint": /^_checkpoints\/\d+\.json$/,
  "checkpoint index": /^_checkpoints\/indexes\//,
  segment: /^_checkpoints\/segments\//,
  sidecar: /^_recovery\//,
  "run info": /^_info\//,
  lease: /^_leases\//,
  part: /\.parquet$/,
  "key filter": /\.keys$/,
  "tensor file": /^tensors\//,
  file: /^files\//,
  "view of a table": /manifest\.json$/,
  "view of tensors or a file": /^(?:artifacts|batch_\d+)\//,
};

describe("verify", () => {
  test("finds nothing in a sound run, and counts what it looked at", async () => {
    for (const deep of [false, true]) {
      const report = await verify(deep);
      expect(report.problems).toEqual([]);
      expect(report).toMatchObject({ deep, version: 141, floor: 5, problemCount: 0 });
      expect(report.checked).toMatchObject({ records: 137, parts: 141, sidecars: 1 });
      const views = (await listFiles(path)).filter((file) =>
        /^(?:artifacts|batch_\d+|tables.*manifest\.json)/.test(file),
      );
      expect(report.checked.views).toBe(views.length);
      const members = (await listFiles(path)).filter((file) => /^(tensors|files)\//.test(file));
      expect(report.checked.members).toBe(members.length);
      expect(report.checked.rows).toBe(deep ? 9 * 120 + 132 : 0);
      expect(report.unreferenced).toEqual({ files: 0, bytes: 0 });
    }
  });

  test("tells which tensor changed, under every name of its file", async () => {
    const files = await listFiles(path);
    const file = files.find((name) => /^tensors\/.*safetensors$/.test(name)) as string;
    const bytes = await readFile(join(path, file));
    const flipped = Buffer.from(bytes);
    flipped[bytes.length - 1] = (flipped[bytes.length - 1] as number) ^ 1;
    await writeFile(join(path, file), flipped);
    const { problems } = await verify(true);
    await writeFile(join(path, file), bytes);
    const detail = 'the bytes changed after they were written: tensor "tensor"';
    expect(problems).toEqual([
      expect.objectContaining({ file: "view", kind: "changed", detail }),
      expect.objectContaining({ file: "member", kind: "changed", path: file, detail }),
    ]);
  });

  test.each(Object.entries(KINDS))(
    "finds a flipped bit in a %s",
    async (_, pattern) => {
      const random = seededRandom(7);
      const files = (await listFiles(path)).filter((file) => pattern.test(file));
      expect(files).not.toEqual([]);
      for (let round = 0; round < 3; round++) {
        const file = files[Math.floor(random.fraction() * files.length)] as string;
        const bytes = await readFile(join(path, file));
        const bit = Math.floor(random.fraction() * bytes.length * 8);
        const flipped = Buffer.from(bytes);
        flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
        await writeFile(join(path, file), flipped);
        const { problems } = await verify(true);
        await writeFile(join(path, file), bytes);
        expect(
          problems.map((problem) => problem.path),
          `bit ${bit} of ${file}`,
        ).toContain(file);
      }
    },
    120_000,
  );

  test.each([
    "part",
    "key filter",
    "file",
    "view of a table",
    "view of tensors or a file",
    "record",
    "segment",
  ])(
    "finds without reading all that a %s is gone, or too short",
    async (kind) => {
      const pattern = KINDS[kind] as RegExp;
      const file = (await listFiles(path)).filter((name) => pattern.test(name)).at(-2) as string;
      const found = kind === "segment" ? "_checkpoints/indexes/" : file;
      const bytes = await readFile(join(path, file));
      await truncate(join(path, file), bytes.length - 1);
      const short = await verify(false);
      await rm(join(path, file));
      const gone = await verify(false);
      await writeFile(join(path, file), bytes);
      for (const { problems } of [short, gone]) {
        expect(
          problems.some((problem) => problem.path.startsWith(found)),
          file,
        ).toBe(true);
      }
    },
    60_000,
  );

  test("a zeroed newest record is found, and read around", async () => {
    const file = join(path, "_log", `${"141".padStart(20, "0")}.json`);
    const bytes = await readFile(file);
    await writeFile(file, Buffer.alloc(bytes.length));
    const { problems } = await verify(true);
    await using run = await openRun({ root, runId: "r", mode: "readOnly" });
    const { version, damagedAt } = run;
    await expect(openRun({ root, runId: "r" })).rejects.toMatchObject({
      code: "CORRUPT",
      message: expect.stringContaining("crv verify"),
    });
    await writeFile(file, bytes);
    expect({ version, damagedAt }).toEqual({ version: 140, damagedAt: 141 });
    expect(problems).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ file: "record", kind: "changed", version: 141 }),
      ]),
    );
  });

  test("statistics and key filters that hide rows are found, though every digest is right", async () => {
    const file = join(path, "_log", `${"141".padStart(20, "0")}.json`);
    const bytes = await readFile(file);
    const { digest: _, ...record } = JSON.parse(bytes.toString()) as Forged;
    const [part] = record.tables.keyed.add;
    part.columns.real.max = 5;
    part.columns.tick.nulls = 3;
    const checkpoints = (await listFiles(path)).filter((name) => name.startsWith("_checkpoints/i"));
    expect(checkpoints).toHaveLength(1);
    await writeFile(file, await encodeDocument(record));
    const { problems } = await verify(true);
    await writeFile(file, bytes);
    const found = problems.filter(({ file: kind }) => kind === "part");
    expect(found).toEqual([
      expect.objectContaining({ kind: "contradicts", path: part.path, table: "keyed", rows: 120 }),
    ]);
  });

  test("is cancelled by its signal, and tells how far it is", async () => {
    const controller = new AbortController();
    const seen: number[] = [];
    const verifying = verifyRun({
      root,
      runId: "r",
      signal: controller.signal,
      onProgress: ({ parts }) => {
        seen.push(parts);
        controller.abort();
      },
    });
    await expect(verifying).rejects.toMatchObject({ code: "ABORTED" });
    expect(seen[0]).toBeGreaterThan(0);
    const atOnce = verifyRun({ root, runId: "r", deep: true, signal: AbortSignal.abort() });
    await expect(atOnce).rejects.toMatchObject({ code: "ABORTED" });
  });

  test("of an open run gives the same report", async () => {
    await using run = await openRun({ root, runId: "r", mode: "readOnly" });
    expect(await run.verify({ deep: true })).toEqual(await verify(true));
  });
});
