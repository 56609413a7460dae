/** Verifies a run without opening it: its log may be too damaged for that. */
import { parseRunId } from "@crv/core";
import { type VerifyOptions, type VerifyReport, verifyRun as verifyStored } from "@crv/engine";
import { createParquetPartStore, openDirectoryReader } from "@crv/storage";
import { checkKeys } from "./check-options.js";
import { openRoot } from "./open-root.js";

export interface VerifyRunOptions extends VerifyOptions {
  /** Directory of the store. */
  readonly root: string;
  readonly runId: string;
}

/**
 * As `run.verify`, also of a run that is too damaged to be opened. Nothing is written.
 *
 * @throws IoError `INVALID_ARGUMENT`, `NOT_FOUND`, `ABORTED`, `IO`. GrammarError `INVALID_NAME`.
 *   VersionMismatch `FORMAT_UNSUPPORTED`.
 */
export async function verifyRun(options: VerifyRunOptions): Promise<VerifyReport> {
  checkKeys("verifyRun", options, ["root", "runId", "deep", "signal", "onProgress"]);
  const { root, runId, ...how } = options;
  const store = await openRoot(root, false);
  const reader = await openDirectoryReader({ path: store.runDirectory(parseRunId(runId)) });
  const parts = createParquetPartStore({ store: reader });
  try {
    return await verifyStored({ store: reader, parts }, how);
  } finally {
    await parts.close();
    await reader.close();
  }
}
