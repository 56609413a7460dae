/**
 * The index of a checkpoint in segments: all of a state but its part entries and its ledger, for which
 * it names segments. Source: docs/format/checkpoint.md, "Index".
 */
import {
  type CommitId,
  FORMAT_VERSION,
  formatCheckpointIndexKey,
  type ObjectKey,
  parseSegmentKey,
  SEGMENT_BYTES_MAX,
  SEGMENT_PREFIX,
  type TableDescriptor,
  type Version,
} from "@crv/core";
import { z } from "zod";
import { type DocumentBody, decodeDocument } from "../document.js";
import { type Lineage, NO_LINEAGE, withPoints } from "../lineage.js";
import type { SegmentRef } from "../parts/part-chunk.js";
import { hasRefs, NO_REFS, type Refs } from "../refs.js";
import { pointShape, refsShape, writePoint, writeRefs } from "../refs-shape.js";
import {
  commitIdShape,
  countShape,
  descriptorShape,
  timeShape,
  versionShape,
  writeDescriptor,
} from "../shapes.js";

export interface PartSegmentEntry {
  readonly segment: SegmentRef;
  /** Its rows, also those that were removed since. */
  readonly count: number;
  readonly removed: readonly number[];
  /** Of its parts, inclusive; null when one of them has no ticks. */
  readonly ticks: readonly [min: number, max: number] | null;
}

/** A segment whose rows are all of use: of the ledger, or of artifacts. */
export interface LedgerSegmentEntry {
  readonly segment: SegmentRef;
  readonly count: number;
}

export interface IndexedTable {
  readonly descriptor: TableDescriptor;
  readonly version: number;
  readonly contentVersion: number;
  readonly changedAt: Version;
  readonly describedAt: Version;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly segments: readonly PartSegmentEntry[];
}

export interface CheckpointIndex {
  readonly version: Version;
  readonly commitId: CommitId | null;
  readonly createdAt: string | null;
  readonly tables: readonly IndexedTable[];
  readonly lineage: Lineage;
  /** Null in a branch. */
  readonly refs: Refs | null;
  readonly ledger: readonly LedgerSegmentEntry[];
  readonly artifacts: readonly LedgerSegmentEntry[];
}

/** The key of a segment by its name in an index. */
export function segmentKey({ name }: SegmentRef): ObjectKey {
  return `${SEGMENT_PREFIX}${name}.arrow` as ObjectKey;
}

const segmentShape: z.ZodType<SegmentRef> = z
  .object({ name: z.string().max(64), bytes: z.int().positive().max(SEGMENT_BYTES_MAX) })
  .refine(({ name }) => isSegmentName(name), "it is not the name of a segment");

function isSegmentName(name: string): boolean {
  try {
    return parseSegmentKey(`${SEGMENT_PREFIX}${name}.arrow`) !== undefined;
  } catch {
    return false;
  }
}

const partSegmentShape: z.ZodType<PartSegmentEntry> = z
  .object({
    segment: segmentShape,
    count: versionShape,
    removed: z.array(countShape),
    ticks: z.tuple([countShape, countShape]).nullable(),
  })
  .refine(({ count, removed }) => isAscending(removed) && (removed.at(-1) ?? 0) < count);

function isAscending(values: readonly number[]): boolean {
  return values.every((value, i) => i === 0 || value > (values[i - 1] as number));
}

const tableShape: z.ZodType<IndexedTable> = z
  .object({
    descriptor: descriptorShape,
    version: versionShape,
    content_version: countShape,
    changed_at: versionShape,
    described_at: versionShape,
    created_at: timeShape,
    updated_at: timeShape,
    segments: z.array(partSegmentShape),
  })
  .transform((t) => ({
    descriptor: t.descriptor,
    version: t.version,
    contentVersion: t.content_version,
    changedAt: t.changed_at,
    describedAt: t.described_at,
    createdAt: t.created_at,
    updatedAt: t.updated_at,
    segments: t.segments,
  }));

const wholeShape = z.object({ segment: segmentShape, count: versionShape });

const indexShape: z.ZodType<CheckpointIndex> = z
  .object({
    format: z.literal(FORMAT_VERSION),
    version: versionShape,
    commit_id: commitIdShape,
    created_at: timeShape,
    tables: z.array(tableShape),
    merged: z.array(pointShape).optional(),
    refs: refsShape.optional(),
    ledger: z.array(wholeShape),
    artifacts: z.array(wholeShape).optional(),
  })
  .transform((c) => ({
    version: c.version,
    commitId: c.commit_id,
    createdAt: c.created_at,
    tables: c.tables,
    lineage: withPoints(NO_LINEAGE, c.merged ?? []),
    refs: c.refs ?? NO_REFS,
    ledger: c.ledger,
    artifacts: c.artifacts ?? [],
  }));

export function describeIndex(index: CheckpointIndex): DocumentBody {
  return {
    format: FORMAT_VERSION,
    version: index.version,
    commit_id: index.commitId,
    created_at: index.createdAt,
    tables: index.tables.map((t) => ({
      descriptor: writeDescriptor(t.descriptor),
      version: t.version,
      content_version: t.contentVersion,
      changed_at: t.changedAt,
      described_at: t.describedAt,
      created_at: t.createdAt,
      updated_at: t.updatedAt,
      segments: t.segments,
    })),
    ...(index.lineage.size > 0 && { merged: [...index.lineage.values()].map(writePoint) }),
    ...(hasRefs(index.refs) && { refs: writeRefs(index.refs) }),
    ledger: index.ledger,
    ...(index.artifacts.length > 0 && { artifacts: index.artifacts }),
  };
}

/** @throws IoManifestError `CORRUPT`; VersionMismatch: of a later release. */
export function decodeIndex(version: Version, bytes: Uint8Array): Promise<CheckpointIndex> {
  return decodeDocument(formatCheckpointIndexKey(version), bytes, indexShape);
}
