/** Parts that other programs wrote into a table of the run: checked, sealed, made durable. */
import {
  CrvError,
  IoError,
  IoSchemaError,
  type ObjectKey,
  type PartEntry,
  parsePartKey,
  type TableDescriptor,
} from "@crv/core";
import { arrowType, isAppendable } from "@crv/core/arrow";
import type { RunState } from "@crv/manifest";
import type { ObjectStore } from "@crv/storage-trait/object-store";
import type { InspectedPart, PartStore } from "@crv/storage-trait/parts";
import pMap from "p-map";
import type { TableDraft } from "../table-draft.js";
import { checkEntry } from "./check-entry.js";
import { checkMetadata } from "./check-metadata.js";

/** Each holds a whole part. */
const FILES_AT_ONCE = 2;

export interface RegisterContext {
  readonly store: ObjectStore;
  readonly parts: PartStore;
  readonly signal?: AbortSignal | undefined;
}

/** The entries of `paths`, in their order. Nothing is written; errors name the file. */
export function registerFiles(
  { store, parts, signal }: RegisterContext,
  draft: TableDraft,
  base: RunState,
  paths: readonly ObjectKey[],
): Promise<readonly PartEntry[]> {
  const table = draft.descriptor;
  checkNew(draft, base, paths);
  return pMap(
    paths,
    async (path) => {
      const bucket = bucketOf(table, path);
      const inspected = await parts.inspect(path, signal ? { signal } : {});
      if (inspected === undefined) throw absent(path);
      checkMetadata(table.name, inspected);
      checkColumns(table, inspected);
      const entry = await parts.describe(inspected, table, bucket, signal ? { signal } : {});
      checkEntry(table, entry);
      await store.makeDurable(path);
      return entry;
    },
    { concurrency: FILES_AT_ONCE },
  );
}

/** A path is added once in the life of a run. */
function checkNew(draft: TableDraft, base: RunState, paths: readonly ObjectKey[]): void {
  const staged = new Set(draft.added.map(({ path }) => path));
  for (const path of paths) {
    if (!staged.has(path) && !base.paths.has(path, base.version)) {
      staged.add(path);
      continue;
    }
    throw new IoError(
      "ALREADY_EXISTS",
      `${path} is or was a part of the run already: write the rows to a file of another name`,
      { details: { path } },
    );
  }
}

/** @throws IoSchemaError `INVALID_ARGUMENT` for a path that no part of `table` has. */
export function bucketOf(table: TableDescriptor, path: ObjectKey): number {
  try {
    const part = parsePartKey(path);
    if (part?.table === table.name) return part.bucket;
  } catch (error) {
    if (!(error instanceof CrvError)) throw error;
  }
  throw new IoSchemaError(
    "INVALID_ARGUMENT",
    `${path} is no part of table "${table.name}": it must be tables/${table.name}/bucket=<6 digits>/part-<32 hex digits>.parquet in the run's directory`,
    { details: { what: "file", path, table: table.name } },
  );
}

function checkColumns(table: TableDescriptor, { path, rows, schema }: InspectedPart): void {
  if (rows === 0) {
    throw new IoSchemaError("INVALID_ARGUMENT", `${path} has no rows: leave it out`, {
      details: { what: "file", path },
    });
  }
  for (const { name, type } of schema.fields) {
    const expected = table.columns[name];
    if (expected === undefined) {
      throw new IoSchemaError(
        "UNEXPECTED_COLUMN",
        `${path} has the column "${name}", which table "${table.name}" does not have`,
        { details: { path, column: name, table: table.name } },
      );
    }
    if (isAppendable(type, arrowType(expected))) continue;
    throw new IoSchemaError(
      "INVALID_VALUE",
      `${path} has column "${name}" as ${type}, which cannot be read as ${JSON.stringify(expected)} without loss`,
      { details: { path, column: name, table: table.name } },
    );
  }
}

function absent(path: ObjectKey): IoError {
  return new IoError("NOT_FOUND", `there is no ${path} in the run: write it there first`, {
    details: { key: path },
  });
}
