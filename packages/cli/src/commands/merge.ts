/** `crv merge`: takes over into one branch what another one changed. */

import { Option } from "commander";
import type { DecidedConflict, MergeChoice, MergeReport } from "crv";
import { type CommandContext, openForWriting, writeResult } from "../context.js";
import { formatCount } from "../format/figures.js";
import { jsonText } from "../format/json-text.js";
import { textTable } from "../format/text-table.js";
import { MergeRefused } from "../merge-refused.js";
import type { AddCommand } from "./add-command.js";
import { AT } from "./arguments.js";

interface MergeCommandOptions {
  readonly into?: string;
  readonly strategy?: MergeChoice;
  readonly dryRun: boolean;
  readonly actor?: string;
  readonly message?: string;
}

export const addMergeCommand: AddCommand = (command, contextOf) => {
  command
    .argument("<run>", "run id")
    .argument("<from>", `what is merged, ${AT}`)
    .option("--into <branch>", "what it is merged into; default main")
    .addOption(
      new Option("--strategy <side>", "which side wins where both changed the same").choices([
        "ours",
        "theirs",
      ]),
    )
    .option("--dry-run", "only tell what would be done, with all conflicts", false)
    .option("--actor <name>", "who merges")
    .option("--message <text>", "why")
    .action(async (runId: string, from: string, options: MergeCommandOptions) => {
      await merge(contextOf(), runId, from, options);
    });
};

async function merge(
  context: CommandContext,
  runId: string,
  from: string,
  { into, strategy, dryRun, actor, message }: MergeCommandOptions,
): Promise<void> {
  await using run = await openForWriting(
    context,
    runId,
    into === undefined ? {} : { branch: into },
  );
  const report = await run.merge({
    from,
    dryRun,
    signal: context.terminal.signal,
    ...(strategy && { strategy }),
    ...(actor !== undefined && { actor }),
    ...(message !== undefined && { message }),
  });
  await writeResult(context, reportDocument(report), () => formatReport(report));
  if (report.undecidedCount > 0) throw new MergeRefused();
}

const OUTCOMES = { upToDate: "up_to_date", fastForward: "fast_forward", merged: "merged" } as const;

function reportDocument(report: MergeReport) {
  return {
    outcome: OUTCOMES[report.outcome],
    dry_run: report.dryRun,
    from: report.from,
    into: report.into,
    bases: report.bases,
    version: report.version,
    tables: report.tables.map((table) => ({
      table: table.table,
      rows_added: table.rowsAdded,
      rows_removed: table.rowsRemoved,
      parts_adopted: table.partsAdopted,
      parts_removed: table.partsRemoved,
      parts_written: table.partsWritten,
    })),
    artifacts: report.artifacts.map(({ artifact, isRemoved }) => ({
      artifact,
      removed: isRemoved,
    })),
    conflicts: report.conflicts,
    conflict_count: report.conflictCount,
    undecided_count: report.undecidedCount,
  };
}

function formatReport(report: MergeReport): string {
  const { from, into, tables, artifacts, conflicts, conflictCount, undecidedCount } = report;
  const places = `${from.branch}@${from.version} into ${into.branch}@${into.version}`;
  if (report.outcome === "upToDate") return `nothing to merge from ${places}\n`;
  const how = report.outcome === "fastForward" ? "fast forward" : "merge";
  const what = report.dryRun
    ? `${how} of ${places}: nothing was changed`
    : `${how} of ${places}: version ${report.version}`;
  const beside = artifacts.length > 0 ? `${formatCount(artifacts.length)} artifacts\n` : "";
  const counted = `${formatCount(conflictCount)} conflicts, ${formatCount(undecidedCount)} undecided\n`;
  return [
    `${what}\n`,
    tables.length > 0 ? formatTables(tables) : "",
    beside,
    conflictCount > 0 ? `${counted}${formatConflicts(conflicts)}` : "",
  ].join("");
}

function formatTables(tables: MergeReport["tables"]): string {
  return textTable(
    [
      { name: "table" },
      { name: "added", align: "right" },
      { name: "removed", align: "right" },
      { name: "parts", align: "right" },
    ],
    tables.map((table) => [
      table.table,
      formatCount(table.rowsAdded),
      formatCount(table.rowsRemoved),
      `+${formatCount(table.partsAdopted + table.partsWritten)} -${formatCount(table.partsRemoved)}`,
    ]),
  );
}

function formatConflicts(conflicts: readonly DecidedConflict[]): string {
  return textTable(
    [{ name: "conflict" }, { name: "in" }, { name: "key" }, { name: "taken" }],
    conflicts.map(({ kind, table, artifact, other, key, choice }) => [
      kind,
      table ?? [artifact, other].filter((name) => name !== undefined).join(" and "),
      key ? jsonText(key) : "",
      choice ?? "",
    ]),
  );
}
