/** A change of a table's columns as one operation. Source: docs/format/descriptor.md, "Evolution". */
import {
  type EvolvedTable,
  evolveDescriptor,
  IoSchemaError,
  type TableDescriptor,
  type TableEvolution,
  type TableVersion,
  type Version,
} from "@crv/core";
import type { SnapshotHandle } from "@crv/storage-trait";
import { checkNotAborted } from "../cancellation.js";
import type { NamedTable, TableCatalog } from "../tables/table-catalog.js";
import type { WriteContext } from "./append-rows.js";
import { landedOrThrow } from "./conflict-advice.js";
import { checkWriteOptions, intentOf, type WriteOptions } from "./write-options.js";

export type EvolveOptions = Omit<WriteOptions, "validateRows">;

/** A table after its columns changed. */
export interface EvolveResult {
  /** Version of the run from which on the table is so. */
  readonly version: Version;
  readonly tableVersion: TableVersion;
  /** The table as it is now. */
  readonly descriptor: TableDescriptor;
}

/** The contract is that of `Dataset.evolve`. */
export async function evolveTable(
  { storage, catalog }: WriteContext,
  table: NamedTable,
  evolution: TableEvolution,
  options: EvolveOptions,
): Promise<EvolveResult> {
  checkWriteOptions("evolve", options);
  await using snapshot = await storage.snapshot();
  const { key } = table;
  await using operation = await storage.begin({ ...intentOf(snapshot, options), mode: "strict" });
  // Of an id that is brought again the columns have changed already.
  if (operation.settled === undefined) {
    const { descriptor, dropped } = evolvedTable(catalog, table, snapshot, evolution);
    await operation.stageSchema(key, { kind: "evolve", descriptor, dropped });
  }
  const { signal } = options;
  checkNotAborted(signal);
  const outcome = landedOrThrow(await operation.commit(signal ? { signal } : {}), [key]);
  await using landed = await storage.snapshot({ version: outcome.version });
  const descriptor = landed.descriptor(key) as TableDescriptor;
  catalog.evolve(descriptor);
  return { version: outcome.version, tableVersion: landed.tableVersion(key), descriptor };
}

/** The table of `snapshot` with its columns changed. @throws as `Dataset.evolve`. */
export function evolvedTable(
  catalog: TableCatalog,
  table: NamedTable,
  snapshot: SnapshotHandle,
  evolution: TableEvolution,
): EvolvedTable {
  const { key } = table;
  const stored = snapshot.descriptor(key);
  if (stored === undefined) {
    throw new IoSchemaError(
      "UNKNOWN_TABLE",
      `table "${key}" is not in the run, so there is nothing to change: describe it as it shall be`,
      { details: { table: key, version: snapshot.version } },
    );
  }
  catalog.resolve(table, snapshot);
  const evolved = evolveDescriptor(stored, evolution);
  catalog.checkEvolved(evolved.descriptor);
  return evolved;
}
