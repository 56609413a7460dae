/** One run in a list of runs. */
import type { JsonObject, RunId } from "@crv/core";
import { type RunStatus, readRunStatus } from "@crv/recovery";
import { createProcessLiveness, openDirectoryReader } from "@crv/storage";
import { openRun } from "./open-run.js";

/** `foreign`: another program wrote the run, or its log is lost; nothing says whether a process is at it. */
export type ListedStatus = RunStatus | "foreign";

/** One run, as `crv runs` shows it. */
export interface RunSummary {
  readonly runId: RunId;
  /** Whether a process has it open for writing, or the last one closed it. */
  readonly status: ListedStatus;
  /** In byte order. */
  readonly labels: readonly string[];
  readonly parameters: JsonObject;
  /** The newest sound one. */
  readonly version: number;
  /** The record behind it that is damaged: what it committed is not counted here. Null when none is. */
  readonly damagedAt: number | null;
  readonly tables: number;
  readonly rows: number;
  readonly bytes: number;
  /** When parameters or labels were first given, ISO 8601; null when they never were. */
  readonly createdAt: string | null;
  /** Of the newest commit, ISO 8601; null when nothing was committed. */
  readonly updatedAt: string | null;
}

/** A run that cannot be read. */
export interface UnreadableRun {
  readonly runId: RunId;
  readonly error: Error;
}

/** Never rejects for what is wrong with the run itself. */
export async function summarizeRun(
  root: string,
  runId: RunId,
): Promise<RunSummary | UnreadableRun> {
  try {
    await using run = await openRun({ root, runId, mode: "readOnly" });
    const [status, info, tables, [newest]] = await Promise.all([
      statusOf(run.path),
      run.info(),
      run.tables(),
      run.log({ limit: 1 }),
    ]);
    return {
      runId,
      status: run.foreign === undefined ? status : "foreign",
      labels: info?.labels ?? [],
      parameters: info?.parameters ?? {},
      version: run.version,
      damagedAt: run.damagedAt ?? null,
      tables: tables.length,
      rows: tables.reduce((sum, t) => sum + t.rows, 0),
      bytes: tables.reduce((sum, t) => sum + t.bytes, 0),
      createdAt: info?.createdAt ?? null,
      updatedAt: newest?.createdAt ?? null,
    };
  } catch (error) {
    if (error instanceof Error) return { runId, error };
    throw error;
  }
}

/** @param path Of the run's directory. */
export async function statusOf(path: string): Promise<RunStatus> {
  const reader = await openDirectoryReader({ path });
  try {
    return await readRunStatus(reader, createProcessLiveness());
  } finally {
    await reader.close();
  }
}
