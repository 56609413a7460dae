/** The sealed storage below a run, for what `run.scan` does not offer: reading without the digests. */
import { parseRunId } from "@crv/core";
import { openReadOnlyStorage } from "@crv/engine";
import { createParquetPartStore, openDirectoryReader } from "@crv/storage";
import { openBenchRun, RUN_ID } from "./bench-run.mjs";

/** @param {string} root @param {number} workers */
export async function openSealedStorage(root, workers) {
  const { path } = await openBenchRun(root, { mode: "readOnly" }).then(async (run) => {
    await run.close();
    return run;
  });
  const store = await openDirectoryReader({ path });
  const parts = createParquetPartStore({ store, workers });
  return openReadOnlyStorage({ runId: parseRunId(RUN_ID), store, parts });
}
