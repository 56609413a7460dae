/** Following a run: its commits as they happen, each with the rows that it brought. */
import {
  type CommitRecord,
  IoError,
  IoManifestError,
  parseTableKey,
  type RunId,
  type TableDescriptor,
  type TableKey,
  type Version,
} from "@crv/core";
import { type Int64Mode, rowsOfBatch } from "@crv/io";
import type { StagedStorage } from "@crv/storage-trait";
import type { RecordBatch } from "apache-arrow";
import { checkChoice, checkCount, checkKeys } from "./check-options.js";
import type { LogWatch } from "./log-watch.js";

export interface FollowOptions {
  /** Only commits that change this table. */
  readonly table?: string;
  /** The first version that is given; default: the next one. */
  readonly fromVersion?: Version;
  /** How rows hold i64; "number" (default) refuses values beyond 2^53-1. */
  readonly int64?: Int64Mode;
  /** Ends the following with `ABORTED`. */
  readonly signal?: AbortSignal;
}

/** A commit, and what it brought. */
export interface FollowedCommit {
  readonly version: Version;
  readonly record: CommitRecord;
  /** Tables that it changed, in byte order. */
  readonly tables: readonly TableKey[];
  /**
   * Whether the commit took parts out of the table: a merge, update, delete or overwrite. Its rows are
   * then those of the parts that it wrote in their place, also rows that are as they were.
   */
  rewrites(table: string): boolean;
  /** The rows of the parts that the commit added, in storage order; of another table, none. */
  rows(table: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** The same as record batches, streamed; none of a table that the commit did not change. */
  batches(table: string): AsyncIterable<RecordBatch>;
}

export interface FollowContext {
  readonly storage: StagedStorage;
  readonly watch: () => LogWatch;
}

const OPTIONS: readonly (keyof FollowOptions)[] = ["table", "fromVersion", "int64", "signal"];

/** @throws IoError `INVALID_ARGUMENT`. GrammarError `INVALID_NAME`. */
export function checkFollowOptions(options: FollowOptions): void {
  checkKeys("follow", options, OPTIONS);
  checkCount("fromVersion", options.fromVersion);
  if (options.table !== undefined) parseTableKey(options.table);
  if (options.int64 !== undefined) checkChoice("int64", options.int64, ["number", "bigint"]);
}

/** The contract is that of `Run.follow`. */
export async function* followRun(
  { storage, watch }: FollowContext,
  options: FollowOptions,
): AsyncGenerator<FollowedCommit, void, undefined> {
  const { table, signal } = options;
  const changes = watch();
  try {
    const newest = await newestVersion(storage);
    const first = Math.max(options.fromVersion ?? newest + 1, 1);
    // What is still to come is read from here on, too: it may make tables.
    let version = Math.min(first - 1, newest);
    const descriptors = await descriptorsAt(storage, version);
    for (;;) {
      for await (const record of recordsAfter(storage, version, signal)) {
        version = record.version;
        for (const [key, { descriptor }] of record.tables) {
          if (descriptor !== undefined) descriptors.set(key, descriptor);
        }
        const isAsked = table === undefined || record.tables.has(parseTableKey(table));
        if (isAsked && version >= first)
          yield followedCommit(storage, record, new Map(descriptors), options);
      }
      checkSound(storage);
      checkGoesOn(signal);
      await changes.wait(signal);
      checkGoesOn(signal);
    }
  } finally {
    changes.close();
  }
}

async function newestVersion(storage: StagedStorage): Promise<Version> {
  await using snapshot = await storage.snapshot();
  return snapshot.version;
}

/** The state before the first record that is given: later ones only say what they change. */
async function descriptorsAt(
  storage: StagedStorage,
  version: Version,
): Promise<Map<TableKey, TableDescriptor>> {
  await using snapshot = await storage.snapshot({ version });
  return new Map(
    snapshot.tables().map((table) => [table, snapshot.descriptor(table) as TableDescriptor]),
  );
}

async function* recordsAfter(
  storage: StagedStorage,
  after: Version,
  signal: AbortSignal | undefined,
): AsyncGenerator<CommitRecord> {
  let expected = after + 1;
  for await (const record of storage.commits({ after, ...(signal && { signal }) })) {
    if (record.version !== expected) throw trimmed(storage.runId, expected, record.version);
    expected += 1;
    yield record;
  }
}

function followedCommit(
  storage: StagedStorage,
  record: CommitRecord,
  descriptors: ReadonlyMap<TableKey, TableDescriptor>,
  { int64 = "number", signal }: FollowOptions,
): FollowedCommit {
  const batches = async function* (name: string): AsyncGenerator<RecordBatch> {
    const key = parseTableKey(name);
    const change = record.tables.get(key);
    const descriptor = descriptors.get(key);
    // A commit that keeps the content brings no rows, whatever parts it writes.
    if (change === undefined || descriptor === undefined || change.preserving === true) return;
    if (change.add.length === 0) return;
    const request = { table: key, ...(signal && { signal }) };
    yield* storage.scanParts({ descriptor, parts: change.add, version: record.version }, request);
  };
  return {
    version: record.version,
    record,
    tables: [...record.tables.keys()].sort(),
    rewrites(name) {
      const change = record.tables.get(parseTableKey(name));
      return change !== undefined && change.preserving !== true && change.remove.length > 0;
    },
    batches,
    async rows(name) {
      const rows: Readonly<Record<string, unknown>>[] = [];
      for await (const batch of batches(name)) {
        const descriptor = descriptors.get(parseTableKey(name)) as TableDescriptor;
        rows.push(...rowsOfBatch(batch, descriptor, int64, rows.length));
      }
      return rows;
    },
  };
}

function checkGoesOn(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  throw new IoError("ABORTED", "the call was cancelled through its AbortSignal", {
    cause: signal.reason,
  });
}

/** Behind a damaged record nothing more will ever be seen. */
function checkSound({ runId, damagedAt }: StagedStorage): void {
  if (damagedAt === undefined) return;
  throw new IoManifestError(
    "CORRUPT",
    `record ${damagedAt} of run ${runId} is damaged, and nothing behind it can be followed: restore it from a backup`,
    { details: { runId, damagedAt } },
  );
}

function trimmed(runId: RunId, version: Version, floor: Version): IoError {
  return new IoError(
    "NOT_FOUND",
    `version ${version} of run ${runId} was cleaned up, the oldest that is kept is ${floor}: follow from there, and read what was before with a scan`,
    { details: { runId, version, floor } },
  );
}
