/** The small files beside the log: floors, sidecars, the hint, and the segments by their own names. */
import {
  CHECKPOINT_PREFIX,
  digestOf,
  FLOOR_PREFIX,
  formatFloorKey,
  formatInfoKey,
  formatSessionKey,
  formatSidecarKey,
  HEAD_HINT_KEY,
  INFO_BYTES_MAX,
  INFO_PREFIX,
  LEASE_PREFIX,
  parseCheckpointIndexKey,
  parseCheckpointKey,
  parseFloorKey,
  parseInfoKey,
  parseLeaseKey,
  parseSegmentKey,
  parseSessionKey,
  parseSidecarKey,
  SEGMENT_BYTES_MAX,
  SEGMENT_PREFIX,
  SESSION_PREFIX,
  SIDECAR_BYTES_MAX,
  SIDECAR_PREFIX,
  SMALL_FILE_BYTES_MAX,
  type TableKey,
  type Version,
} from "@crv/core";
import { checkFloor, checkRunInfo } from "@crv/manifest";
import { decodeLease, decodeSession, decodeSidecar } from "@crv/recovery";
import type { ObjectReader } from "@crv/storage-trait/object-store";
import type { Findings } from "./findings.js";
import { listNames, parseName } from "./list-names.js";
import { damageOf, type VerifyProblem } from "./problem.js";
import type { CheckpointForms } from "./walk-log.js";

/** The floor, by its names as everywhere; their contents must say the same. */
export async function checkFloors(store: ObjectReader, findings: Findings): Promise<Version> {
  let floor = 1;
  for await (const version of listNames(store, FLOOR_PREFIX, parseFloorKey, findings)) {
    floor = Math.max(floor, version);
    const path = formatFloorKey(version);
    try {
      const bytes = await store.get(path, { sizeBytesMax: SMALL_FILE_BYTES_MAX });
      // A cleanup that is under way removes lower ones.
      if (bytes) await checkFloor(version, bytes);
    } catch (error) {
      findings.add({ file: "floor", path, version, ...damageOf(error) });
    }
  }
  return floor;
}

/** Sidecars; gives the tables of operations that are under way, or were left. */
export async function checkSidecars(
  store: ObjectReader,
  findings: Findings,
): Promise<ReadonlySet<TableKey>> {
  const tables = new Set<TableKey>();
  for await (const id of listNames(store, SIDECAR_PREFIX, parseSidecarKey, findings)) {
    const path = formatSidecarKey(id);
    findings.counts.sidecars++;
    try {
      const bytes = await store.get(path, { sizeBytesMax: SIDECAR_BYTES_MAX });
      if (bytes === undefined) continue;
      for (const table of (await decodeSidecar(id, bytes)).tables.keys()) tables.add(table);
    } catch (error) {
      findings.add({ file: "sidecar", path, ...damageOf(error) });
    }
  }
  return tables;
}

/** Parameters and labels, and who has the run open for writing. */
export async function checkRunNotes(store: ObjectReader, findings: Findings): Promise<void> {
  for await (const revision of listNames(store, INFO_PREFIX, parseInfoKey, findings)) {
    const path = formatInfoKey(revision);
    await checkNote(store, findings, { file: "info", path }, (bytes) =>
      checkRunInfo(revision, bytes),
    );
  }
  for await (const session of listNames(store, SESSION_PREFIX, parseSessionKey, findings)) {
    const path = formatSessionKey(session);
    await checkNote(store, findings, { file: "session", path }, (bytes) =>
      decodeSession(session, bytes),
    );
  }
}

async function checkNote(
  store: ObjectReader,
  findings: Findings,
  about: Pick<VerifyProblem, "file" | "path">,
  check: (bytes: Uint8Array) => Promise<unknown>,
): Promise<void> {
  try {
    const bytes = await store.get(about.path, { sizeBytesMax: INFO_BYTES_MAX });
    if (bytes) await check(bytes);
  } catch (error) {
    findings.add({ ...about, ...damageOf(error) });
  }
}

export async function checkLeases(store: ObjectReader, findings: Findings): Promise<void> {
  for await (const { key: path } of store.list(LEASE_PREFIX)) {
    if (parseName(path, parseLeaseKey, findings) === undefined) continue;
    try {
      const bytes = await store.get(path, { sizeBytesMax: SMALL_FILE_BYTES_MAX });
      if (bytes) await decodeLease(path, bytes);
    } catch (error) {
      findings.add({ file: "lease", path, ...damageOf(error) });
    }
  }
}

/** Which checkpoints are there, in which form. */
export async function listCheckpoints(
  store: ObjectReader,
  findings: Findings,
): Promise<CheckpointForms> {
  const segmented = new Set<Version>();
  const whole = new Set<Version>();
  for await (const { key } of store.list(CHECKPOINT_PREFIX)) {
    const index = parseName(key, parseCheckpointIndexKey, findings);
    if (index !== undefined) segmented.add(index);
    const version = parseName(key, parseCheckpointKey, findings);
    if (version !== undefined) whole.add(version);
  }
  return { segmented, whole };
}

/** Each segment against its own name, also those that no checkpoint names any more. */
export async function checkSegments(
  store: ObjectReader,
  findings: Findings,
  signal: AbortSignal | undefined,
): Promise<void> {
  for await (const { key: path } of store.list(SEGMENT_PREFIX)) {
    signal?.throwIfAborted();
    const name = parseName(path, parseSegmentKey, findings);
    if (name === undefined) continue;
    try {
      const bytes = await store.get(path, { sizeBytesMax: SEGMENT_BYTES_MAX });
      if (bytes === undefined || (await digestOf(bytes)) === name.digest) continue;
      const detail = "its bytes do not have the digest in its name";
      findings.add({ file: "segment", kind: "changed", path, version: name.version, detail });
    } catch (error) {
      findings.add({ file: "segment", path, version: name.version, ...damageOf(error) });
    }
  }
}

/** The hint names a checkpoint that is there, or was until cleanup. It is never trusted, so nothing depends on it. */
export async function checkHint(
  store: ObjectReader,
  findings: Findings,
  { segmented, whole }: CheckpointForms,
  floor: Version,
): Promise<void> {
  const path = HEAD_HINT_KEY;
  try {
    const bytes = await store.get(path, { sizeBytesMax: SMALL_FILE_BYTES_MAX });
    if (bytes === undefined) return;
    const text = new TextDecoder().decode(bytes);
    const version = /^\d{1,16}\n$/.test(text) ? Number(text) : 0;
    if (version > 0 && version < floor) return;
    if (segmented.has(version) || whole.has(version)) return;
    const detail = "it names no checkpoint that is there";
    findings.add({ file: "hint", kind: "contradicts", path, detail });
  } catch (error) {
    findings.add({ file: "hint", path, ...damageOf(error) });
  }
}
