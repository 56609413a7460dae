/**
 * A run as a program without crv sees it: the files of its directory. Formats: docs/format/.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

export interface PublishedPart {
  /** Relative to the run. */
  readonly path: string;
  readonly bytes: number;
  readonly tickMin: number;
  readonly tickMax: number;
}

export interface PublishedRecord {
  readonly version: number;
  readonly kind: string;
  /** Table name to the parts that this commit added. */
  readonly added: ReadonlyMap<string, readonly PublishedPart[]>;
  readonly removed: readonly string[];
}

export interface PublishedRun {
  /** In order of version. */
  readonly records: readonly PublishedRecord[];
  /** Table name to the paths that its `manifest.json` lists. */
  readonly listed: ReadonlyMap<string, readonly string[]>;
  /** Every Parquet file under `tables/`. */
  readonly onDisk: readonly string[];
  readonly sidecarCount: number;
}

interface RecordFile {
  readonly version: number;
  readonly kind: string;
  readonly tables: Record<
    string,
    {
      readonly add: readonly { path: string; bytes: number; tick_min: number; tick_max: number }[];
      readonly remove: readonly string[];
    }
  >;
}

interface ManifestFile {
  readonly partitions: Record<string, { readonly parts: readonly { readonly path: string }[] }>;
}

export async function readPublishedRun(directory: string): Promise<PublishedRun> {
  const tables = await listNames(join(directory, "tables"));
  const listed = new Map<string, string[]>();
  const onDisk: string[] = [];
  for (const table of tables) {
    listed.set(table, await readManifest(directory, table));
    for (const bucket of await listNames(join(directory, "tables", table))) {
      if (!bucket.startsWith("bucket=")) continue;
      const files = await listNames(join(directory, "tables", table, bucket));
      onDisk.push(...files.map((file) => `tables/${table}/${bucket}/${file}`));
    }
  }
  const sidecarCount = (await listNames(join(directory, "_recovery"))).length;
  return { records: await readRecords(directory), listed, onDisk, sidecarCount };
}

/** Paths that the records name and no later one removed. */
export function namedParts({ records }: PublishedRun): ReadonlyMap<string, PublishedPart> {
  const named = new Map<string, PublishedPart>();
  for (const record of records) {
    for (const part of [...record.added.values()].flat()) named.set(part.path, part);
    for (const path of record.removed) named.delete(path);
  }
  return named;
}

async function readRecords(directory: string): Promise<PublishedRecord[]> {
  const names = (await listNames(join(directory, "_log"))).filter((name) => name.endsWith(".json"));
  const files = await Promise.all(
    names.map((name) => readJson<RecordFile>(join(directory, "_log", name))),
  );
  return files.map(({ version, kind, tables }) => ({
    version,
    kind,
    added: new Map(
      Object.entries(tables).map(([table, { add }]) => [
        table,
        add.map(({ path, bytes, tick_min, tick_max }) => ({
          path,
          bytes,
          tickMin: tick_min,
          tickMax: tick_max,
        })),
      ]),
    ),
    removed: Object.values(tables).flatMap(({ remove }) => remove),
  }));
}

/** Paths that the manifest lists; none before the first commit, which publishes it. */
async function readManifest(directory: string, table: string): Promise<string[]> {
  const path = join(directory, "tables", table, "manifest.json");
  const manifest = await readJson<ManifestFile>(path).catch((error: unknown) => {
    if (isAbsence(error)) return { partitions: {} } as ManifestFile;
    throw error;
  });
  const { partitions } = manifest;
  return Object.entries(partitions).flatMap(([bucket, { parts }]) =>
    parts.map((part) => `tables/${table}/bucket=${bucket}/${part.path}`),
  );
}

/** Sorted; of a directory that does not exist, none. */
async function listNames(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).sort();
  } catch (error) {
    if (isAbsence(error)) return [];
    throw error;
  }
}

function isAbsence(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

async function readJson<T>(path: string): Promise<T> {
  return JSON.parse(await readFile(path, "utf8")) as T;
}
