/**
 * Checkpoints: the fold of records 1..N written down, so that opening need not replay them. Derived,
 * never needed while the records are there, and checked like every document.
 *
 * This is the first form: one JSON document of the whole state. Source: docs/format/checkpoint.md.
 */
import {
  CHECKPOINT_BYTES_MAX,
  CHECKPOINT_PREFIX,
  CrvError,
  FORMAT_VERSION,
  formatCheckpointKey,
  parseCheckpointKey,
  type Version,
} from "@crv/core";
import type { Durability, ObjectReader, ObjectStore } from "@crv/storage-trait/object-store";
import { z } from "zod";
import { decodeDocument, encodeDocument } from "./document.js";
import { Ledger, type LedgerEntry } from "./ledger.js";
import { PartPaths } from "./part-paths.js";
import type { LivePart, RunState, TableState } from "./run-state.js";
import {
  commitIdShape,
  countShape,
  descriptorShape,
  operationIdShape,
  partShape,
  timeShape,
  versionShape,
  writeDescriptor,
  writePart,
} from "./shapes.js";

/** A shorter tail is replayed faster than a checkpoint is read. */
const TAIL_RECORDS_MIN = 256;

const livePartShape: z.ZodType<LivePart> = z
  .object({ part: partShape, created_at: timeShape })
  .transform((p) => ({ ...p.part, createdAt: p.created_at }));

const tableShape: z.ZodType<TableState> = z
  .object({
    descriptor: descriptorShape,
    version: versionShape,
    content_version: countShape,
    changed_at: versionShape,
    described_at: versionShape,
    created_at: timeShape,
    updated_at: timeShape,
    parts: z.array(livePartShape),
  })
  .transform((t) => ({
    key: t.descriptor.name,
    descriptor: t.descriptor,
    version: t.version,
    contentVersion: t.content_version,
    changedAt: t.changed_at,
    describedAt: t.described_at,
    createdAt: t.created_at,
    updatedAt: t.updated_at,
    parts: t.parts,
  }));

const settledShape = z
  .tuple([operationIdShape, z.enum(["landed", "aborted"]), versionShape])
  .transform(([id, kind, version]): readonly [typeof id, LedgerEntry] => [id, { kind, version }]);

const checkpointShape: z.ZodType<RunState> = z
  .object({
    format: z.literal(FORMAT_VERSION),
    version: versionShape,
    commit_id: commitIdShape,
    created_at: timeShape,
    tables: z.array(tableShape),
    settled: z.array(settledShape),
    audited: z.array(z.tuple([operationIdShape, versionShape])),
  })
  .transform((c) => ({
    version: c.version,
    commitId: c.commit_id,
    createdAt: c.created_at,
    tables: new Map(c.tables.map((t) => [t.key, t])),
    ledger: Ledger.from(c.settled, c.audited),
    paths: PartPaths.from(
      c.tables.flatMap((t) => t.parts.map((part) => part.path)),
      c.version,
    ),
  }));

/**
 * Whether a checkpoint is worth it: the tail to replay has grown past a sixteenth of what a
 * checkpoint writes, so that the cost per commit stays bounded by the change.
 */
export function isCheckpointDue(state: RunState, last: Version): boolean {
  let size = state.ledger.size;
  for (const table of state.tables.values()) size += table.parts.length;
  return state.version - last >= Math.max(TAIL_RECORDS_MIN, size / 16);
}

/** Writes the checkpoint of `state`. False when the store did not confirm it; nothing is lost then. */
export async function writeCheckpoint(
  store: ObjectStore,
  state: RunState,
  durability: Durability,
): Promise<boolean> {
  const body = await encodeDocument({
    format: FORMAT_VERSION,
    version: state.version,
    commit_id: state.commitId,
    created_at: state.createdAt,
    tables: [...state.tables.values()].map(describeTable),
    settled: [...state.ledger.settled(state.version)].map(([id, e]) => [id, e.kind, e.version]),
    audited: [...state.ledger.audited(state.version)],
  });
  if (body.byteLength > CHECKPOINT_BYTES_MAX) return false;
  const outcome = await store.create(formatCheckpointKey(state.version), body, { durability });
  return outcome.kind !== "unknown";
}

function describeTable(table: TableState): object {
  return {
    descriptor: writeDescriptor(table.descriptor),
    version: table.version,
    content_version: table.contentVersion,
    changed_at: table.changedAt,
    described_at: table.describedAt,
    created_at: table.createdAt,
    updated_at: table.updatedAt,
    parts: table.parts.map((p) => ({ part: writePart(p), created_at: p.createdAt })),
  };
}

/** The state of a checkpoint, or undefined when it is absent, torn or damaged: then it is bypassed. */
export async function readCheckpoint(
  reader: ObjectReader,
  version: Version,
): Promise<RunState | undefined> {
  const key = formatCheckpointKey(version);
  try {
    const bytes = await reader.get(key, { sizeBytesMax: CHECKPOINT_BYTES_MAX });
    const state = bytes && (await decodeDocument(key, bytes, checkpointShape));
    return state?.version === version ? state : undefined;
  } catch (error) {
    if (error instanceof CrvError && ["CORRUPT", "LIMIT_EXCEEDED"].includes(error.code))
      return undefined;
    throw error;
  }
}

/** The newest sound checkpoint at or below `version` that `isWanted`, or undefined. */
export async function findCheckpoint(
  reader: ObjectReader,
  version: Version,
  isWanted: (state: RunState) => Promise<boolean> = async () => true,
): Promise<RunState | undefined> {
  const versions: Version[] = [];
  for await (const { key } of reader.list(CHECKPOINT_PREFIX)) {
    const found = parseCheckpointKey(key);
    if (found !== undefined && found <= version) versions.push(found);
  }
  for (const candidate of versions.reverse()) {
    const state = await readCheckpoint(reader, candidate);
    if (state && (await isWanted(state))) return state;
  }
  return undefined;
}
