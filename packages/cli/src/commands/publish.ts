/** `crv publish`: writes the published views of a run anew, from its log. */

import type { TableManifest } from "crv";
import { type CommandContext, openForWriting, writeResult } from "../context.js";
import { formatBytes, formatCount } from "../format/figures.js";
import { textTable } from "../format/text-table.js";
import type { AddCommand } from "./add-command.js";

interface PublishOptions {
  readonly table?: string;
}

export const addPublishCommand: AddCommand = (command, contextOf) => {
  command
    .argument("<run>", "run id")
    .option("--table <name>", "of this table only")
    .action(async (runId: string, { table }: PublishOptions) => publish(contextOf(), runId, table));
};

/** A table that fails keeps none of the others from being shown. */
async function publish(
  context: CommandContext,
  runId: string,
  only: string | undefined,
): Promise<void> {
  await using run = await openForWriting(context, runId);
  const tables = only === undefined ? (await run.tables()).map(({ table }) => table) : [only];
  const published: TableManifest[] = [];
  const failures: unknown[] = [];
  for (const table of tables) {
    try {
      published.push(await run.rebuildManifest(table));
    } catch (error) {
      failures.push(error);
    }
  }
  const document = { run_id: run.runId, version: run.version, tables: published.map(describe) };
  await writeResult(context, document, () => formatPublished(published));
  if (failures.length > 0) throw failures[0];
}

function describe({ table, tableVersion, rows, bytes, partitions }: TableManifest) {
  return { table, version: tableVersion, rows, bytes, buckets: partitions.length };
}

function formatPublished(published: readonly TableManifest[]): string {
  if (published.length === 0) return "no tables\n";
  return textTable(
    [
      { name: "published" },
      { name: "version", align: "right" },
      { name: "rows", align: "right" },
      { name: "size", align: "right" },
    ],
    published.map(({ table, tableVersion, rows, bytes }) => [
      `tables/${table}/manifest.json`,
      formatCount(tableVersion),
      formatCount(rows),
      formatBytes(bytes),
    ]),
  );
}
