/**
 * Writes the checkpoint of a state in segments: those that are new, then the index that names all.
 * Each state shares its chunks and runs with those before it, so what is on disk already is named,
 * not written. Source: docs/format/checkpoint.md.
 */
import {
  CHECKPOINT_INDEX_BYTES_MAX,
  digestOf,
  formatCheckpointIndexKey,
  formatSegmentKey,
  SEGMENT_BYTES_MAX,
  SEGMENT_PREFIX,
  type Version,
} from "@crv/core";
import type { Durability, ObjectStore } from "@crv/storage-trait/object-store";
import { encodeDocument } from "../document.js";
import type { PartChunk, SegmentRef } from "../parts/part-chunk.js";
import type { RunState, TableState } from "../run-state.js";
import { encodeArtifactSegment } from "./artifact-segment.js";
import {
  describeIndex,
  type IndexedTable,
  type LedgerSegmentEntry,
  type PartSegmentEntry,
  segmentKey,
} from "./checkpoint-index.js";
import { encodeLedgerSegment } from "./ledger-segment.js";
import { encodePartSegment } from "./part-segment.js";

/** False when the store did not confirm it, or a limit is in the way; nothing is lost then. */
export async function writeSegmentedCheckpoint(
  store: ObjectStore,
  state: RunState,
  durability: Durability,
): Promise<boolean> {
  const writer = new SegmentWriter(store, state.version, durability);
  const tables: IndexedTable[] = [];
  for (const table of state.tables.values()) {
    const segments = await writer.parts(table);
    if (segments === undefined) return false;
    tables.push({ ...table, segments });
  }
  const ledger: LedgerSegmentEntry[] = [];
  for (const run of state.ledger.runs(state.version)) {
    const segment = await writer.ensure(run, () => encodeLedgerSegment(run));
    if (segment === undefined) return false;
    ledger.push({ segment, count: run.count });
  }
  const artifacts: LedgerSegmentEntry[] = [];
  for (const run of state.artifacts.runs(state.version)) {
    const segment = await writer.ensure(run, () => encodeArtifactSegment(run));
    if (segment === undefined) return false;
    artifacts.push({ segment, count: run.count });
  }
  const { version, commitId, createdAt, lineage, refs } = state;
  const body = await encodeDocument(
    describeIndex({ version, commitId, createdAt, tables, lineage, refs, ledger, artifacts }),
  );
  if (body.byteLength > CHECKPOINT_INDEX_BYTES_MAX) return false;
  const outcome = await store.create(formatCheckpointIndexKey(version), body, { durability });
  return outcome.kind !== "unknown";
}

class SegmentWriter {
  readonly #store: ObjectStore;
  readonly #version: Version;
  readonly #durability: Durability;

  constructor(store: ObjectStore, version: Version, durability: Durability) {
    this.#store = store;
    this.#version = version;
    this.#durability = durability;
  }

  async parts({ parts }: TableState): Promise<readonly PartSegmentEntry[] | undefined> {
    const entries: PartSegmentEntry[] = [];
    for (const { chunk, removed } of parts.chunks()) {
      const segment = await this.ensure(chunk, () => encodePartSegment(chunk.rows));
      if (segment === undefined) return undefined;
      const gone = [...removed].sort((a, b) => a - b);
      entries.push({ segment, count: chunk.count, removed: gone, ticks: chunk.ticks });
    }
    return entries;
  }

  /** The segment of `part`, written unless it is there: trimming may have taken it. */
  async ensure(
    part: Pick<PartChunk, "segment">,
    encode: () => Uint8Array,
  ): Promise<SegmentRef | undefined> {
    const { segment } = part;
    if (segment && (await this.#store.stat(segmentKey(segment)))?.sizeBytes === segment.bytes) {
      return segment;
    }
    part.segment = await this.#write(encode());
    return part.segment;
  }

  /** Its name binds its bytes: what another wrote under it is as good. */
  async #write(bytes: Uint8Array): Promise<SegmentRef | undefined> {
    if (bytes.byteLength > SEGMENT_BYTES_MAX) return undefined;
    const key = formatSegmentKey(this.#version, await digestOf(bytes));
    const outcome = await this.#store.create(key, bytes, { durability: this.#durability });
    if (outcome.kind === "unknown") return undefined;
    return { name: key.slice(SEGMENT_PREFIX.length, -".arrow".length), bytes: bytes.byteLength };
  }
}
