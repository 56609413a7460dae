/** `crv diff`: what changed from one version of a run to another. */

import type { TableDiff } from "crv";
import { type CommandContext, openForReading, writeResult } from "../context.js";
import { formatCount } from "../format/figures.js";
import { jsonText } from "../format/json-text.js";
import { textTable } from "../format/text-table.js";
import type { AddCommand } from "./add-command.js";
import { AT, nameList, wholeNumber } from "./arguments.js";

interface DiffCommandOptions {
  readonly tables?: readonly string[];
  readonly keys?: number;
}

export const addDiffCommand: AddCommand = (command, contextOf) => {
  command
    .argument("<run>", "run id")
    .argument("<from>", AT)
    .argument("[to]", "the same; default the newest version of main")
    .option("--tables <names>", "only these tables, with commas", nameList)
    .option("--keys <n>", "name so many keys of rows of each table that has a key", wholeNumber(0))
    .action(
      async (runId: string, from: string, to: string | undefined, options: DiffCommandOptions) =>
        showDiff(contextOf(), runId, from, to, options),
    );
};

async function showDiff(
  context: CommandContext,
  runId: string,
  from: string,
  to: string | undefined,
  { tables, keys: keysMax }: DiffCommandOptions,
): Promise<void> {
  await using run = await openForReading(context, runId);
  const diff = await run.diff(from, to, {
    signal: context.terminal.signal,
    ...(tables && { tables }),
    ...(keysMax !== undefined && { keysMax }),
  });
  const document = { from: diff.from, to: diff.to, tables: diff.tables.map(tableDocument) };
  await writeResult(context, document, () =>
    diff.tables.length === 0 ? "no rows changed\n" : formatTables(diff.tables),
  );
}

function formatTables(tables: readonly TableDiff[]): string {
  const counts = textTable(
    [
      { name: "table" },
      { name: "added", align: "right" },
      { name: "removed", align: "right" },
      { name: "changed", align: "right" },
      { name: "parts", align: "right" },
    ],
    tables.map((diff) => [
      diff.table,
      formatCount(diff.rowsAdded),
      formatCount(diff.rowsRemoved),
      formatCount(diff.rowsChanged),
      `+${formatCount(diff.partsAdded)} -${formatCount(diff.partsRemoved)}`,
    ]),
  );
  const keys = tables.flatMap(({ table, keys: named }) =>
    named.map(({ kind, key }) => [table, kind, jsonText(key)]),
  );
  if (keys.length === 0) return counts;
  const columns = [{ name: "table" }, { name: "row" }, { name: "key" }];
  return `${counts}\n${textTable(columns, keys)}`;
}

function tableDocument(diff: TableDiff) {
  return {
    table: diff.table,
    kind: diff.kind,
    from: diff.from,
    to: diff.to,
    rows_added: diff.rowsAdded,
    rows_removed: diff.rowsRemoved,
    rows_changed: diff.rowsChanged,
    parts_added: diff.partsAdded,
    parts_removed: diff.partsRemoved,
    keys: diff.keys,
  };
}
