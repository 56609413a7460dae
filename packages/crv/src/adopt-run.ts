/** Makes a directory that the Python original wrote a run of crv. Source: docs/format/foreign-runs.md. */
import { type AdoptReport, ConflictError, IoError, UnknownOutcomeError } from "@crv/core";
import { IoSettings, type IoSettingsInput } from "@crv/io";
import { checkKeys } from "./check-options.js";
import { openStorageToWrite } from "./open-run.js";

export interface AdoptRunOptions {
  /** Directory of the store; default: the setting `rootDir`, which is `out`. */
  readonly root?: string;
  readonly runId: string;
  /** `tickBucketSize` is that with which the run was written, unless its manifests say another. */
  readonly settings?: Partial<IoSettingsInput>;
  /** Whether damaged files are left aside and reported. Default: they are an error. */
  readonly skipDamaged?: boolean;
  /** Stand in the commit record. */
  readonly actor?: string;
  readonly message?: string;
}

/**
 * Makes a directory that another program wrote a run, in one commit that names its parts as they lie:
 * no file is moved or rewritten. Every part is read, checked and sealed first. From then on the log says
 * what the run holds, and the run can be written.
 *
 * @returns What was taken over, and what was left aside with the reason.
 * @throws IoError `NOT_FOUND`; `ALREADY_EXISTS` for a run that has tables in its log; `CORRUPT` for a
 *   damaged file, unless `skipDamaged`. SchemaError, IoSchemaError, VersionMismatch naming the file that
 *   can be no part of its table. Else as `openRun`.
 */
export async function adoptRun(options: AdoptRunOptions): Promise<AdoptReport> {
  const known = ["root", "runId", "settings", "skipDamaged", "actor", "message"];
  checkKeys("adoptRun", options, known);
  const { runId, skipDamaged = false, actor, message } = options;
  const settings = IoSettings.from(options.settings ?? {});
  const root = options.root ?? settings.rootDir;
  const storage = await openStorageToWrite(root, runId, settings);
  try {
    const { outcome, report } = await storage.adopt({
      tickBucketSize: settings.tickBucketSize,
      skipDamaged,
      ...(actor !== undefined && { actor }),
      ...(message !== undefined && { message }),
    });
    if (outcome.kind === "committed") return report;
    if (outcome.kind === "conflict") {
      throw new ConflictError(
        `run ${runId} was not taken over: another writer came first; open it and look`,
        outcome.conflict,
      );
    }
    if (outcome.kind === "unknown") {
      const what = `the store did not say whether run ${runId} was taken over: open it and look`;
      throw new UnknownOutcomeError(what, outcome.operation, outcome.cause);
    }
    throw new IoError(
      "NOT_FOUND",
      `there is nothing to take over in run ${runId}: no part lies below its tables/`,
      { details: { runId, skipped: report.skipped } },
    );
  } finally {
    await storage.close();
  }
}
