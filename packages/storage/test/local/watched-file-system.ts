/** The file system of this machine, with every call written down and any of them made to fail. */
import { relative } from "node:path";
import { STAGING_DIRECTORY } from "@crv/core";
import { type FileSystem, nodeFileSystem, type OpenedFile } from "../../src/index.js";

export interface FileCall {
  /** `open create`, `write`, `sync`, … */
  readonly name: string;
  /** Relative to the watched directory; `_tmp/…` for every temporary. */
  readonly path: string;
  /** Counts from 1. */
  readonly number: number;
}

/** An errno instead of the call, or in spite of it; undefined lets the call be. */
export type Fault = { readonly errno: string; readonly when: "before" | "after" };

export interface WatchedFileSystem {
  readonly fileSystem: FileSystem;
  /** `name path` of each call since the last `forget`. */
  readonly calls: string[];
  forget(): void;
  /** Asked before each call. */
  fault: (call: FileCall) => Fault | undefined;
}

export function errnoError(errno: string): Error {
  return Object.assign(new Error(`${errno}: made to fail`), { code: errno });
}

/** @param changes Calls that behave in another way than those of this machine. */
export function watchFileSystem(
  root: string,
  changes: Partial<FileSystem> = {},
): WatchedFileSystem {
  const inner: FileSystem = { ...nodeFileSystem, ...changes };

  const shown = (path: string): string => {
    const name = relative(root, path).replaceAll("\\", "/");
    return name.startsWith(`${STAGING_DIRECTORY}/`) ? `${STAGING_DIRECTORY}/…` : name || ".";
  };
  /** @param release Frees what nobody will hold because of the fault: tests leak nothing. */
  const call = async <T>(
    name: string,
    path: string,
    run: () => Promise<T>,
    release?: (result: T) => Promise<void>,
  ): Promise<T> => {
    watched.calls.push(`${name} ${shown(path)}`);
    const fault = watched.fault({ name, path: shown(path), number: watched.calls.length });
    if (fault?.when === "before") throw errnoError(fault.errno);
    const result = await run();
    if (fault === undefined) return result;
    await release?.(result);
    throw errnoError(fault.errno);
  };
  const watchFile = (file: OpenedFile, path: string): OpenedFile => ({
    write: (bytes, offset) => call("write", path, () => file.write(bytes, offset)),
    read: (bytes, offset, position) => call("read", path, () => file.read(bytes, offset, position)),
    status: () => call("fstat", path, () => file.status()),
    sync: () => call("sync", path, () => file.sync()),
    async close() {
      await file.close();
      await call("close", path, async () => {});
    },
  });

  const watched: WatchedFileSystem = {
    calls: [],
    fault: () => undefined,
    forget() {
      watched.calls.length = 0;
    },
    fileSystem: {
      async open(path, mode) {
        const open = () => inner.open(path, mode);
        return watchFile(await call(`open ${mode}`, path, open, (file) => file.close()), path);
      },
      link: (from, to) => call("link", to, () => inner.link(from, to)),
      removeTree: (path) => call("removeTree", path, () => inner.removeTree(path)),
      rename: (from, to) => call("rename", to, () => inner.rename(from, to)),
      unlink: (path) => call("unlink", path, () => inner.unlink(path)),
      rmdir: (path) => call("rmdir", path, () => inner.rmdir(path)),
      mkdir: (path) => call("mkdir", path, () => inner.mkdir(path)),
      status: (path) => call("lstat", path, () => inner.status(path)),
      entries: (path) => call("readdir", path, () => inner.entries(path)),
      realPath: (path) => call("realpath", path, () => inner.realPath(path)),
    },
  };
  return watched;
}
