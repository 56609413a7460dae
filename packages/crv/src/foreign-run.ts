/** What a run that another program wrote, which has no log, is not opened for. Source: docs/format/foreign-runs.md. */
import { IoError, type RunId } from "@crv/core";
import { isForeignRun } from "@crv/engine";
import type { StagedStorage } from "@crv/storage-trait";
import type { ObjectReader } from "@crv/storage-trait/object-store";

/** A log that does not name what is there would hide it. */
export async function refuseForeign(
  storage: StagedStorage,
  store: ObjectReader,
  path: string,
): Promise<void> {
  if (storage.version > 0 || !(await isForeignRun(store))) return;
  const { runId } = storage;
  throw new IoError(
    "READ_ONLY",
    `run ${runId} was written by another program and has no log: read it with mode "readOnly", or take it over with "crv adopt ${runId}"`,
    { details: { runId, path } },
  );
}

/** Of a verification: nothing says what should be there. */
export function withoutLog(runId: RunId): IoError {
  return new IoError(
    "NOT_FOUND",
    `run ${runId} has no log to verify it against: another program wrote it, or its log is lost; "crv show ${runId}" names the files that cannot be read, and "crv adopt ${runId}" checks every file and makes it a run of crv`,
    { details: { runId } },
  );
}
