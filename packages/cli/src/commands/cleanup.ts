/** `crv cleanup`: removes old versions and what only they name. Without `--yes` it only tells. */

import type { CleanupReport } from "crv";
import { type CommandContext, openForWriting, writeResult } from "../context.js";
import { formatBytes, formatCount } from "../format/figures.js";
import type { AddCommand } from "./add-command.js";
import { isoTime, wholeNumber } from "./arguments.js";

interface CleanupCommandOptions {
  readonly keepVersions?: number;
  /** Milliseconds since 1970. */
  readonly olderThan?: number;
  readonly graceMinutes?: number;
  readonly yes: boolean;
}

const MINUTE_MS = 60_000;

export const addCleanupCommand: AddCommand = (command, contextOf) => {
  command
    .argument("<run>", "run id")
    .option("--keep-versions <n>", "newest versions that stay, at least 3", wholeNumber(1))
    .option(
      "--older-than <time>",
      "versions that were the newest at this time or later stay",
      isoTime,
    )
    .option("--grace-minutes <n>", "what is younger stays, default 60", wholeNumber(0))
    .option("--yes", "do it", false)
    .action(async (runId: string, options: CleanupCommandOptions) =>
      cleanup(contextOf(), runId, options),
    );
};

async function cleanup(
  context: CommandContext,
  runId: string,
  { keepVersions, olderThan, graceMinutes, yes }: CleanupCommandOptions,
): Promise<void> {
  await using run = await openForWriting(context, runId);
  const report = await run.cleanup({
    dryRun: !yes,
    signal: context.terminal.signal,
    ...(keepVersions !== undefined && { keepVersions }),
    ...(olderThan !== undefined && { olderThan: new Date(olderThan) }),
    ...(graceMinutes !== undefined && { graceMs: graceMinutes * MINUTE_MS }),
  });
  await writeResult(context, describeReport(runId, report), () => formatReport(report));
}

function formatReport(report: CleanupReport): string {
  const { dryRun, floor, version, heldBy, filesRemoved, removed, bytesRemoved } = report;
  const files = [
    `${formatCount(removed.records)} records`,
    `${formatCount(removed.parts)} parts`,
    `${formatCount(removed.keyFilters)} key filters`,
    `${formatCount(removed.members)} tensor and other files`,
    `${formatCount(removed.checkpoints)} checkpoints`,
  ].join(", ");
  const lines = [
    `${dryRun ? "would keep" : "kept"} versions ${floor} to ${version}`,
    `${dryRun ? "would remove" : "removed"} ${formatCount(filesRemoved)} files (${files}), ${formatBytes(bytesRemoved)}`,
    ...(heldBy === undefined ? [] : [`version ${heldBy} is held by a reader lease`]),
    ...(dryRun ? ["nothing was changed: add --yes to do it"] : []),
  ];
  return `${lines.join("\n")}\n`;
}

function describeReport(runId: string, report: CleanupReport): object {
  const { removed } = report;
  return {
    run_id: runId,
    dry_run: report.dryRun,
    floor: report.floor,
    version: report.version,
    held_by: report.heldBy ?? null,
    files_removed: report.filesRemoved,
    bytes_removed: report.bytesRemoved,
    removed: {
      records: removed.records,
      checkpoints: removed.checkpoints,
      parts: removed.parts,
      key_filters: removed.keyFilters,
      members: removed.members,
      others: removed.others,
    },
  };
}
