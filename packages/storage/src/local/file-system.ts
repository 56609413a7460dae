/**
 * The calls to the file system that the local store makes, and no others: a test can count them,
 * fail each of them, and stand in for a file system that lacks something.
 *
 * Everything rejects with the error of Node, whose `code` is the errno.
 */
import {
  type BigIntStats,
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  fsync,
  linkSync,
  lstatSync,
  openSync,
  read,
  readSync,
  unlinkSync,
  write,
  writeSync,
} from "node:fs";
import { mkdir, readdir, realpath, rename, rm, rmdir } from "node:fs/promises";
import { promisify } from "node:util";
import { isAbsence } from "./file-error.js";

export type FileKind = "file" | "directory" | "link" | "other";

export interface FileStatus {
  readonly kind: FileKind;
  readonly sizeBytes: number;
  readonly modifiedAt: Date;
  /** Device and inode: the same for every name of one file, and for no other file. */
  readonly identity: string;
}

export interface OpenedFile {
  /** @returns bytes written: at least 1, possibly less than asked for. */
  write(bytes: Uint8Array, offset: number): Promise<number>;
  /** @returns bytes read into `bytes` from `offset` on; 0 at the end of the file. */
  read(bytes: Uint8Array, offset: number, position: number): Promise<number>;
  status(): Promise<FileStatus>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/**
 * `create`: a new file, for writing; fails with EEXIST. `read`: an existing one. `sync`: an existing
 * one, to sync it. `directory`: to sync its entries. None follows a symbolic link: ELOOP.
 */
export type OpenMode = "create" | "read" | "sync" | "directory";

export interface FileSystem {
  open(path: string, mode: OpenMode): Promise<OpenedFile>;
  /** Create-only: EEXIST when `to` exists. */
  link(from: string, to: string): Promise<void>;
  /** Replaces `to` at once. */
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  /** Of an empty directory; ENOTEMPTY, EEXIST or EPERM when it is none. */
  rmdir(path: string): Promise<void>;
  /** A directory and all below it; links are removed, not followed. What is absent is no error. */
  removeTree(path: string): Promise<void>;
  /** One level; EEXIST when something is there. */
  mkdir(path: string): Promise<void>;
  /** Of the link itself where `path` is one. */
  status(path: string): Promise<FileStatus>;
  /** Names and kinds, in no order. */
  entries(path: string): Promise<readonly { readonly name: string; readonly kind: FileKind }[]>;
  /** The path without symbolic links. */
  realPath(path: string): Promise<string>;
}

/** Status of the path itself; undefined when nothing is there. */
export async function statusIfPresent(
  fs: FileSystem,
  path: string,
): Promise<FileStatus | undefined> {
  try {
    return await fs.status(path);
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

const isWindows = process.platform === "win32";

// Not known on Windows, where a link cannot be made by an ordinary user.
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0;
// Else to open a named pipe in the place of a file would wait for ever.
const NO_WAIT = constants.O_NONBLOCK ?? 0;

const FLAGS: Readonly<Record<OpenMode, number>> = {
  create: constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL,
  read: constants.O_RDONLY | NO_FOLLOW | NO_WAIT,
  // Windows syncs only what is open for writing.
  sync: (isWindows ? constants.O_RDWR : constants.O_RDONLY) | NO_FOLLOW | NO_WAIT,
  directory: constants.O_RDONLY | NO_FOLLOW | (constants.O_DIRECTORY ?? 0),
};

/** More bytes than this are left to a thread: less is sooner copied than handed over. */
const INLINE_BYTES_MAX = 64 * 1024;

const syncFile = promisify(fsync);
const writeFile = promisify(write);
const readFile = promisify(read);
/** For what is made at once and may be all that a loop does: it comes back to the event loop here. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * The file system of this machine. The steps of a create and of a read, and a look at a path, are made
 * at once, but for the sync and many bytes: see docs/design/creates-are-made-at-once.md. All else is
 * left to threads.
 */
export const nodeFileSystem: FileSystem = {
  async open(path, mode) {
    // NTFS journals its entries and offers no sync of a directory.
    if (isWindows && mode === "directory") return UNSYNCED_DIRECTORY;
    if (mode === "read") await nextTurn();
    return openFile(path, mode);
  },
  link: async (from, to) => linkSync(from, to),
  rename,
  unlink: async (path) => unlinkSync(path),
  removeTree: (path) => rm(path, { recursive: true, force: true }),
  rmdir,
  mkdir: async (path) => void (await mkdir(path)),
  async status(path) {
    await nextTurn();
    return statusOf(lstatSync(path, { bigint: true }));
  },
  async entries(path) {
    const found = await readdir(path, { withFileTypes: true });
    return found.map((entry) => ({ name: entry.name, kind: kindOf(entry) }));
  },
  realPath: (path) => realpath(path),
};

/** @throws the error of Node. */
function openFile(path: string, mode: OpenMode): OpenedFile {
  const file = openSync(path, FLAGS[mode], 0o644);
  let isOpen = true;
  return {
    async write(bytes, offset) {
      const length = bytes.byteLength - offset;
      if (length <= INLINE_BYTES_MAX) return writeSync(file, bytes, offset);
      return (await writeFile(file, bytes, offset, length, null)).bytesWritten;
    },
    async read(bytes, offset, position) {
      const length = bytes.byteLength - offset;
      if (length <= INLINE_BYTES_MAX) return readSync(file, bytes, offset, length, position);
      return (await readFile(file, bytes, offset, length, position)).bytesRead;
    },
    status: async () => statusOf(fstatSync(file, { bigint: true })),
    sync: () => syncFile(file),
    async close() {
      // A number that was closed may be another file's by now.
      if (!isOpen) return;
      isOpen = false;
      closeSync(file);
    },
  };
}

const UNSYNCED_DIRECTORY: OpenedFile = {
  write: () => Promise.reject(new Error("a directory is not written")),
  read: () => Promise.reject(new Error("a directory is not read")),
  status: () => Promise.reject(new Error("a directory is not asked")),
  sync: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

// As bigint: inodes of some file systems have more than 53 bits, and must not look alike.
function statusOf(stats: BigIntStats): FileStatus {
  return {
    kind: kindOf(stats),
    sizeBytes: Number(stats.size),
    modifiedAt: stats.mtime,
    identity: `${stats.dev}:${stats.ino}`,
  };
}

function kindOf(entry: Pick<Dirent, "isFile" | "isDirectory" | "isSymbolicLink">): FileKind {
  if (entry.isFile()) return "file";
  if (entry.isDirectory()) return "directory";
  return entry.isSymbolicLink() ? "link" : "other";
}
