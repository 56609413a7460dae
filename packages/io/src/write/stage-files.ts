/** Parts that other programs wrote, registered in one commit. Source: docs/format/foreign-runs.md. */
import { IoSchemaError, type ObjectKey, parseObjectKey, show } from "@crv/core";
import { checkNotAborted } from "../cancellation.js";
import type { NamedTable, TableCatalog } from "../tables/table-catalog.js";
import type { WriteContext } from "./append-rows.js";
import { commitTables, type TransactionResult } from "./commit-tables.js";
import { StagedTables } from "./staged-tables.js";
import { checkWriteOptions, intentOf, type WriteOptions } from "./write-options.js";

export type StageFilesOptions = Omit<WriteOptions, "validateRows">;

/** Paths by table, relative to the run: `tables/<table>/bucket=000123/part-<32 hex digits>.parquet`. */
export type FilesByTable = Readonly<Record<string, readonly string[]>>;

/** The contract is that of `Dataset.stageFiles`. */
export async function stageFiles(
  context: WriteContext,
  files: FilesByTable,
  options: StageFilesOptions,
): Promise<TransactionResult> {
  checkWriteOptions("stageFiles", options);
  const { storage, catalog } = context;
  const { signal } = options;
  const named = pathsByTable(catalog, files);
  await using snapshot = await storage.snapshot();
  await using operation = await storage.begin(intentOf(snapshot, options));
  const staged = new StagedTables();
  for (const { table, paths } of named) {
    const { descriptor, exists } = catalog.resolve(table, snapshot);
    if (paths.length === 0) continue;
    if (!exists) {
      const missing = catalog.missingFor(descriptor, (key) => snapshot.descriptor(key));
      for (const made of missing) {
        await operation.stageSchema(made.name, { kind: "create", descriptor: made });
      }
    }
    staged.add(await operation.stageFiles(table.key, paths), []);
    checkNotAborted(signal);
  }
  return commitTables(context, operation, staged, signal);
}

export interface NamedFiles {
  readonly table: NamedTable;
  readonly paths: readonly ObjectKey[];
}

/** @throws IoSchemaError `INVALID_ARGUMENT`, `UNKNOWN_TABLE`. GrammarError `INVALID_NAME`. */
export function pathsByTable(catalog: TableCatalog, files: FilesByTable): readonly NamedFiles[] {
  return Object.entries(files).map(([table, paths]) => {
    if (!Array.isArray(paths)) {
      throw new IoSchemaError(
        "INVALID_ARGUMENT",
        `files of "${table}" must be a list of paths (got: ${show(paths)})`,
        { details: { what: "files", table } },
      );
    }
    return { table: catalog.find(table), paths: paths.map((path) => parseObjectKey(path)) };
  });
}
