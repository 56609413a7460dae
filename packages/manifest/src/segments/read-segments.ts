/**
 * Reads a checkpoint in segments. It is used only as a whole: what is missing, torn or changed in any
 * of its files makes it as good as absent. Source: docs/format/checkpoint.md.
 */
import {
  CHECKPOINT_INDEX_BYTES_MAX,
  CrvError,
  digestOf,
  formatCheckpointIndexKey,
  type ObjectKey,
  parseSegmentKey,
  type TableKey,
  type Version,
} from "@crv/core";
import type { ObjectReader } from "@crv/storage-trait/object-store";
import { ArtifactIndex } from "../artifacts/artifact-index.js";
import type { ArtifactRun } from "../artifacts/artifact-run.js";
import { Ledger } from "../ledger.js";
import type { LedgerRun } from "../ledger-run.js";
import { PartPaths } from "../part-paths.js";
import { CHUNK_ROWS_MAX, PartChunk, type SegmentRef } from "../parts/part-chunk.js";
import { PartList, type PartView } from "../parts/part-list.js";
import type { RunState, TableState } from "../run-state.js";
import { decodeArtifactSegment } from "./artifact-segment.js";
import {
  decodeIndex,
  type IndexedTable,
  type LedgerSegmentEntry,
  type PartSegmentEntry,
  segmentKey,
} from "./checkpoint-index.js";
import { decodeLedgerSegment } from "./ledger-segment.js";
import { decodePartSegment } from "./part-segment.js";

/** Segments fetched at once: enough to hide latency. */
const READ_AHEAD_SEGMENTS = 16;

/** The state of a checkpoint, or undefined when any of it cannot be trusted: then it is bypassed. */
export async function readSegmentedCheckpoint(
  reader: ObjectReader,
  version: Version,
): Promise<RunState | undefined> {
  try {
    const bytes = await reader.get(formatCheckpointIndexKey(version), {
      sizeBytesMax: CHECKPOINT_INDEX_BYTES_MAX,
    });
    const index = bytes && (await decodeIndex(version, bytes));
    if (index?.version !== version) return undefined;
    const { commitId, createdAt, lineage, refs } = index;
    const tables = await readTables(reader, index.tables);
    const runs = await eachOf(index.ledger, (entry) => readRun(reader, entry, version));
    const kept = await eachOf(index.artifacts, (entry) => readArtifacts(reader, entry, version));
    if (tables === undefined || runs === undefined || kept === undefined) return undefined;
    const parts = new Map([...tables].map(([key, table]) => [key, table.parts]));
    const artifacts = new ArtifactIndex(kept);
    const paths = new PartPaths(parts, version, artifacts);
    const ledger = Ledger.fromRuns(runs);
    return { version, commitId, createdAt, tables, lineage, refs, ledger, artifacts, paths };
  } catch (error) {
    if (error instanceof CrvError && ["CORRUPT", "LIMIT_EXCEEDED"].includes(error.code))
      return undefined;
    throw error;
  }
}

/** Keys of the segments that the index of `version` names; undefined when it cannot be trusted. */
export async function readSegmentNames(
  reader: ObjectReader,
  version: Version,
): Promise<readonly ObjectKey[] | undefined> {
  try {
    const bytes = await reader.get(formatCheckpointIndexKey(version), {
      sizeBytesMax: CHECKPOINT_INDEX_BYTES_MAX,
    });
    const index = bytes && (await decodeIndex(version, bytes));
    if (index === undefined) return undefined;
    const parts = index.tables.flatMap(({ segments }) => segments);
    return [...parts, ...index.ledger, ...index.artifacts].map(({ segment }) =>
      segmentKey(segment),
    );
  } catch (error) {
    if (error instanceof CrvError && error.code === "CORRUPT") return undefined;
    throw error;
  }
}

async function readTables(
  reader: ObjectReader,
  indexed: readonly IndexedTable[],
): Promise<ReadonlyMap<TableKey, TableState> | undefined> {
  const entries = indexed.flatMap(({ descriptor, segments }) =>
    segments.map((entry) => ({ table: descriptor.name, entry })),
  );
  const views = await eachOf(entries, ({ table, entry }) => readView(reader, table, entry));
  if (views === undefined) return undefined;
  const tables = new Map<TableKey, TableState>();
  let next = 0;
  for (const { segments, ...table } of indexed) {
    const parts = PartList.of(views.slice(next, next + segments.length));
    next += segments.length;
    const key = table.descriptor.name;
    tables.set(key, { key, ...table, parts });
  }
  return tables.size === indexed.length ? tables : undefined;
}

async function readView(
  reader: ObjectReader,
  table: TableKey,
  { segment, count, removed, ticks }: PartSegmentEntry,
): Promise<PartView | undefined> {
  if (count > CHUNK_ROWS_MAX) return undefined;
  const bytes = await readSegment(reader, segment);
  const rows = bytes && decodePartSegment(segmentKey(segment), bytes, table);
  if (rows?.count !== count) return undefined;
  const chunk = new PartChunk(rows, segment);
  if (chunk.ticks?.[0] !== ticks?.[0] || chunk.ticks?.[1] !== ticks?.[1]) return undefined;
  return { chunk, removed: new Set(removed) };
}

async function readRun(
  reader: ObjectReader,
  { segment, count }: LedgerSegmentEntry,
  version: Version,
): Promise<LedgerRun | undefined> {
  const bytes = await readSegment(reader, segment);
  const run = bytes && decodeLedgerSegment(bytes, version, segment);
  return run?.count === count ? run : undefined;
}

async function readArtifacts(
  reader: ObjectReader,
  { segment, count }: LedgerSegmentEntry,
  version: Version,
): Promise<ArtifactRun | undefined> {
  const bytes = await readSegment(reader, segment);
  const run = bytes && decodeArtifactSegment(segmentKey(segment), bytes, version, segment);
  return run?.count === count ? run : undefined;
}

/** The bytes that the name of a segment promises, or undefined. */
async function readSegment(
  reader: ObjectReader,
  segment: SegmentRef,
): Promise<Uint8Array | undefined> {
  const key = segmentKey(segment);
  const bytes = await reader.get(key, { sizeBytesMax: segment.bytes });
  if (bytes?.byteLength !== segment.bytes) return undefined;
  return (await digestOf(bytes)) === parseSegmentKey(key)?.digest ? bytes : undefined;
}

/** `read` of each item, some at a time; undefined as soon as one is. */
async function eachOf<Item, Result>(
  items: readonly Item[],
  read: (item: Item) => Promise<Result | undefined>,
): Promise<readonly Result[] | undefined> {
  const results: Result[] = [];
  for (let first = 0; first < items.length; first += READ_AHEAD_SEGMENTS) {
    const found = await Promise.all(items.slice(first, first + READ_AHEAD_SEGMENTS).map(read));
    for (const result of found) {
      if (result === undefined) return undefined;
      results.push(result);
    }
  }
  return results;
}
