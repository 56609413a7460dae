/** A store: the runs under one root. Runs share nothing but their root. */
import type { RunId } from "@crv/core";
import { openRoot } from "./open-root.js";
import { openRun } from "./open-run.js";

/** One run, as `crv runs` shows it. */
export interface RunSummary {
  readonly runId: RunId;
  readonly version: number;
  readonly tables: number;
  readonly rows: number;
  readonly bytes: number;
  /** Of the newest commit, ISO 8601; null when nothing was committed. */
  readonly updatedAt: string | null;
}

export interface Store {
  readonly root: string;
  readonly storeId: string;
  /** In byte order of run id. A run that cannot be read is listed with its error. */
  runs(): Promise<readonly (RunSummary | UnreadableRun)[]>;
}

export interface UnreadableRun {
  readonly runId: RunId;
  readonly error: Error;
}

/** @throws IoError `NOT_FOUND` when there is no store in `root`. VersionMismatch `FORMAT_UNSUPPORTED`. */
export async function openStore(root: string): Promise<Store> {
  const store = await openRoot(root, false);
  return {
    root,
    storeId: store.storeId,
    runs: async () => {
      const ids = await store.listRuns();
      return Promise.all(ids.map((runId) => summarize(root, runId)));
    },
  };
}

async function summarize(root: string, runId: RunId): Promise<RunSummary | UnreadableRun> {
  try {
    await using run = await openRun({ root, runId, mode: "readOnly" });
    const tables = await run.tables();
    const [newest] = await run.log({ limit: 1 });
    return {
      runId,
      version: run.version,
      tables: tables.length,
      rows: tables.reduce((sum, t) => sum + t.rows, 0),
      bytes: tables.reduce((sum, t) => sum + t.bytes, 0),
      updatedAt: newest?.createdAt ?? null,
    };
  } catch (error) {
    if (error instanceof Error) return { runId, error };
    throw error;
  }
}
