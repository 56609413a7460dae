/** Verifies a run without opening it: its log may be too damaged for that. */
import { MAIN_BRANCH, parseRunId } from "@crv/core";
import { type VerifyOptions, type VerifyReport, verifyRun as verifyStored } from "@crv/engine";
import { IoSettings } from "@crv/io";
import { createParquetPartStore, openDirectoryReader } from "@crv/storage";
import { checkKeys } from "./check-options.js";
import { findPathToRead, openToRead } from "./open-run.js";

export interface VerifyRunOptions extends VerifyOptions {
  /** Directory of the store. */
  readonly root: string;
  readonly runId: string;
}

/**
 * As `run.verify`, also of a run that is too damaged to be opened. Nothing is written.
 *
 * @throws IoError `INVALID_ARGUMENT`, `ABORTED`, `IO`; `NOT_FOUND` also for a run that another program
 *   wrote, which has no log. GrammarError `INVALID_NAME`. VersionMismatch `FORMAT_UNSUPPORTED`.
 */
export async function verifyRun(options: VerifyRunOptions): Promise<VerifyReport> {
  checkKeys("verifyRun", options, ["root", "runId", "deep", "signal", "onProgress"]);
  const { root, runId: given, ...how } = options;
  const runId = parseRunId(given);
  const path = await findPathToRead(root, runId);
  const reader = await openDirectoryReader({ path });
  const parts = createParquetPartStore({ store: reader });
  try {
    const report = await verifyStored({ store: reader, parts }, how);
    if (report.version > 0 || report.problemCount > 0) return report;
  } finally {
    await parts.close();
    await reader.close();
  }
  // Nothing was committed, or nothing says what was.
  const opened = await openToRead(path, runId, MAIN_BRANCH, IoSettings.from({}));
  try {
    return await opened.verify(how);
  } finally {
    await opened.storage.close();
  }
}
