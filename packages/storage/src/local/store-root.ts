/**
 * The root of a store: a marker that says what it is, and one directory for each run.
 * Source: docs/format/layout.md.
 */
import { join, resolve } from "node:path";
import {
  type Clock,
  formatRunDirectory,
  IoError,
  parseRunId,
  type Random,
  RUNS_DIRECTORY,
  type RunId,
  SMALL_FILE_BYTES_MAX,
  STORE_MARKER_KEY,
} from "@crv/core";
import type { ObjectReader } from "@crv/storage-trait/object-store";
import { attempt, isAbsence } from "./file-error.js";
import { type FileSystem, nodeFileSystem } from "./file-system.js";
import { makeRoot } from "./make-root.js";
import { openDirectoryReader, openDirectoryStore } from "./open-directory.js";
import { removeRun } from "./remove-run.js";
import {
  checkStoreFormat,
  migrateStore,
  STORE_FORMATS,
  type StoreFormats,
} from "./store-format.js";
import { decodeMarker, encodeMarker, type Marker } from "./store-marker.js";
import { Syncer } from "./syncer.js";

export interface StoreRootOptions {
  readonly root: string;
  /** Whether an absent store is made; if not, it is `NOT_FOUND`. */
  readonly create: boolean;
  /** Whether a store of an earlier format is led on to the current one; default `create`. */
  readonly migrate?: boolean;
  /** Default: those of this release. */
  readonly formats?: StoreFormats;
  readonly random: Random;
  readonly clock: Clock;
  /** Mints a ULID: the id of a store that is made, and names for runs that are removed. */
  newId(): string;
  readonly fileSystem?: FileSystem;
}

export interface StoreRoot {
  readonly path: string;
  readonly storeId: string;
  /** Path of a run, whether it exists or not. */
  runDirectory(runId: RunId): string;
  /**
   * Removes a run for ever: at once for everybody, its files after that. What a crash leaves of the files
   * the next removal takes.
   *
   * @param check Is given the path of the run when no name leads to it any more; if it throws, the
   *   run is put back.
   * @throws IoError `NOT_FOUND`, `IO`; what `check` throws.
   */
  removeRun(runId: RunId, check: (path: string) => Promise<void>): Promise<void>;
  /** In byte order. Directories whose names are no run ids are not ours. */
  listRuns(): Promise<readonly RunId[]>;
}

/**
 * Opens a store. Of several processes that make it at once, one makes the marker and all read it.
 *
 * @throws IoError `NOT_FOUND`, `READ_ONLY`, `UNSUPPORTED_FILESYSTEM`, `IO`. IoManifestError `CORRUPT`
 *   for a damaged marker. VersionMismatch `FORMAT_UNSUPPORTED`.
 */
export async function openStoreRoot(options: StoreRootOptions): Promise<StoreRoot> {
  const { root, create, migrate = create, formats = STORE_FORMATS } = options;
  const { fileSystem: fs = nodeFileSystem } = options;
  const found = await readMarker(fs, root, formats);
  if (found === undefined && !create) {
    throw new IoError("NOT_FOUND", `there is no crv store in ${root}: check the path`, {
      details: { path: root },
    });
  }
  if (found !== undefined && create) await syncMarker(fs, root);
  const { format, storeId } = found ?? (await makeMarker(options, formats));
  const store: StoreRoot = {
    path: root,
    storeId,
    runDirectory: (runId) => join(root, formatRunDirectory(parseRunId(runId))),
    removeRun: (runId, check) => removeRun(options, parseRunId(runId), check),
    listRuns: () => listRuns(fs, join(root, RUNS_DIRECTORY)),
  };
  if (migrate && format < formats.current) {
    await migrateStore(store, format, formats, (next) => stampFormat(options, formats, next));
  }
  return store;
}

/** The one change of a marker: atomic for readers, and never back, so that two processes may do it. */
async function stampFormat(
  { root: path, random, clock, fileSystem: fs = nodeFileSystem }: StoreRootOptions,
  formats: StoreFormats,
  format: number,
): Promise<void> {
  const store = await openDirectoryStore({ path, create: false, random, clock, fileSystem: fs });
  try {
    const marker = await findMarker(store, formats);
    if (marker === undefined || marker.format >= format) return;
    await store.replaceLease(STORE_MARKER_KEY, await encodeMarker({ ...marker, format }));
  } finally {
    await store.close();
  }
  await syncMarker(fs, path);
}

async function makeMarker(options: StoreRootOptions, formats: StoreFormats): Promise<Marker> {
  const { root: path, create, random, clock, fileSystem = nodeFileSystem } = options;
  const store = await openDirectoryStore({ path, create, random, clock, fileSystem });
  const body = await encodeMarker({ format: formats.current, storeId: options.newId() });
  const outcome = await store.create(STORE_MARKER_KEY, body, { durability: "full" });
  if (outcome.kind === "exists") await store.makeDurable(STORE_MARKER_KEY);
  const marker = outcome.kind === "unknown" ? undefined : await findMarker(store, formats);
  await store.close();
  if (marker !== undefined) return marker;
  throw new IoError("IO", `cannot tell whether ${path} is a store now: open it again`, {
    details: { path },
    ...(outcome.kind === "unknown" ? { cause: outcome.cause } : {}),
  });
}

/** Whoever made the marker may not have come to sync it, and runs are about to stand on it. */
async function syncMarker(fs: FileSystem, root: string): Promise<void> {
  const syncer = new Syncer(fs);
  await makeRoot(fs, syncer, resolve(root), "full");
  await syncer.syncFile(join(root, STORE_MARKER_KEY));
  await syncer.syncDirectory(root);
}

async function readMarker(
  fileSystem: FileSystem,
  path: string,
  formats: StoreFormats,
): Promise<Marker | undefined> {
  try {
    return await findMarker(await openDirectoryReader({ path, fileSystem }), formats);
  } catch (error) {
    if (error instanceof IoError && error.code === "NOT_FOUND") return undefined;
    throw error;
  }
}

/** Undefined when there is none. */
async function findMarker(
  reader: ObjectReader,
  formats: StoreFormats,
): Promise<Marker | undefined> {
  const bytes = await reader.get(STORE_MARKER_KEY, { sizeBytesMax: SMALL_FILE_BYTES_MAX });
  if (bytes === undefined) return undefined;
  const path = reader.location(STORE_MARKER_KEY);
  return decodeMarker(path, bytes, (format) => checkStoreFormat(path, format, formats));
}

/** Ids of the runs in a directory, in byte order; none when it is absent. Other names are not ours. */
export function listRunDirectories(path: string): Promise<readonly RunId[]> {
  return listRuns(nodeFileSystem, path);
}

async function listRuns(fs: FileSystem, path: string): Promise<readonly RunId[]> {
  const entries = await attempt("list", path, () => entriesIfPresent(fs, path));
  return entries
    .filter(({ name, kind }) => kind === "directory" && isRunId(name))
    .map(({ name }) => name as RunId)
    .sort();
}

async function entriesIfPresent(fs: FileSystem, path: string): ReturnType<FileSystem["entries"]> {
  try {
    return await fs.entries(path);
  } catch (error) {
    if (isAbsence(error)) return [];
    throw error;
  }
}

function isRunId(name: string): boolean {
  try {
    parseRunId(name);
    return true;
  } catch {
    return false;
  }
}
