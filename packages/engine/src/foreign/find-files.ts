/**
 * Which files of a directory without a log are parts: those that a sound `manifest.json` names and that
 * are there, else every file that is called as a part is. What is left aside is told, never passed over.
 */
import {
  CrvError,
  type ForeignFile,
  formatManifestViewKey,
  parsePartKey,
  parseTableKey,
  RECORD_BYTES_MAX,
  type SkippedFile,
  TABLES_PREFIX,
  type TableKey,
} from "@crv/core";
import { decodeForeignManifest, type ForeignManifest } from "@crv/manifest";
import type { ObjectReader } from "@crv/storage-trait/object-store";

export interface ForeignTable {
  readonly table: TableKey;
  readonly files: readonly ForeignFile[];
  /** Undefined when nothing says so. */
  readonly tickBucketSize: number | undefined;
}

export interface FoundFiles {
  /** In byte order of name. Tables without files are among them when they have a manifest. */
  readonly tables: readonly ForeignTable[];
  readonly skipped: readonly SkippedFile[];
}

export async function findForeignFiles(store: ObjectReader): Promise<FoundFiles> {
  const found = new Map<string, ForeignFile[]>();
  const skipped: SkippedFile[] = [];
  for await (const { key } of store.list(TABLES_PREFIX)) {
    const table = key.split("/")[1] as string;
    if (!isTable(table)) {
      skipped.push({ path: key, reason: `"${table}" is no name of a table` });
      continue;
    }
    const files = found.get(table) ?? [];
    found.set(table, files);
    if (!key.endsWith(".parquet")) continue;
    const part = partOf(key);
    if (part) files.push({ path: key, bucket: part.bucket });
    else skipped.push({ path: key, reason: "it is not bucket=<6 digits>/part-<32 hex>.parquet" });
  }
  const tables: ForeignTable[] = [];
  for (const [name, files] of [...found].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const manifest = await readManifest(store, name as TableKey);
    const there = new Set(files.map(({ path }) => path));
    const isSound = manifest?.files.every(({ path }) => there.has(path)) ?? false;
    const chosen = isSound && manifest ? manifest.files : files;
    const counted = new Set(chosen.map(({ path }) => path));
    for (const { path } of files) {
      if (counted.has(path)) continue;
      skipped.push({ path, reason: `tables/${name}/manifest.json does not name it` });
    }
    if (chosen.length === 0 && manifest === undefined) continue;
    const { tickBucketSize } = manifest ?? {};
    tables.push({ table: name as TableKey, files: chosen, tickBucketSize });
  }
  return { tables, skipped };
}

async function readManifest(
  store: ObjectReader,
  table: TableKey,
): Promise<ForeignManifest | undefined> {
  try {
    const key = formatManifestViewKey(table);
    const body = await store.get(key, { sizeBytesMax: RECORD_BYTES_MAX });
    return body && decodeForeignManifest(table, body);
  } catch (error) {
    if (error instanceof CrvError && error.code === "LIMIT_EXCEEDED") return undefined;
    throw error;
  }
}

function isTable(name: string): boolean {
  try {
    parseTableKey(name);
    return true;
  } catch {
    return false;
  }
}

function partOf(key: string): ReturnType<typeof parsePartKey> {
  try {
    return parsePartKey(key);
  } catch {
    return undefined;
  }
}
