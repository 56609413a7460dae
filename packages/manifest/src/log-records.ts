/** The records of a log in order, those of the branches that it was made from first. */
import type { CommitRecord, Version } from "@crv/core";
import type { ObjectReader } from "@crv/storage-trait/object-store";
import { missingRecord } from "./document.js";
import { readFloor } from "./floor.js";

export interface RecordSource {
  /** Version at which the log begins. */
  readonly baseVersion: Version;
  readonly parent:
    | { records(after: Version, signal?: AbortSignal): AsyncIterable<CommitRecord> }
    | undefined;
  read(version: Version): Promise<CommitRecord | undefined>;
}

/** Records after `after` up to `head`, oldest first. What is cleaned up meanwhile is left out. */
export async function* readRecords(
  { baseVersion, parent, read }: RecordSource,
  reader: ObjectReader,
  after: Version,
  head: Version,
  signal?: AbortSignal,
): AsyncGenerator<CommitRecord, undefined> {
  if (parent && after < baseVersion) {
    for await (const record of parent.records(after, signal)) {
      if (record.version > baseVersion) break;
      yield record;
    }
  }
  const first = Math.max(after + 1, baseVersion + 1, await readFloor(reader));
  for (let version = first; version <= head; version++) {
    signal?.throwIfAborted();
    const record = await read(version);
    if (record) {
      yield record;
      continue;
    }
    const floor = await readFloor(reader);
    if (floor <= version) throw missingRecord(version);
    version = floor - 1;
  }
}
