/**
 * A file system in memory that knows what a power loss could take.
 *
 * Content and directory entries are synced apart. An entry remembers every value it has had since
 * its directory was last synced: the first is durable, the last is what processes see, and after a
 * power loss any one of them may be there. So unsynced operations survive in any subset and order.
 */

export interface SimulatedFile {
  readonly kind: "file";
  content: Uint8Array;
  /** Whether a power loss leaves `content` alone. */
  synced: boolean;
  /** A sync of it failed once: the pages are gone from the cache, and no later sync writes them. */
  poisoned: boolean;
  modifiedAt: Date;
  /** As an inode: of this file under all its names, and of no other. */
  readonly identity: string;
}

export interface SimulatedDirectory {
  readonly kind: "directory";
  readonly entries: Map<string, SimulatedEntry>;
}

export type SimulatedNode = SimulatedFile | SimulatedDirectory;

/** Values since the last sync, oldest first; undefined = absent. Never empty. */
export type SimulatedEntry = (SimulatedNode | undefined)[];

let fileCount = 0;

export function makeFile(content: Uint8Array, modifiedAt: Date): SimulatedFile {
  const identity = String(++fileCount);
  return { kind: "file", content, synced: false, poisoned: false, modifiedAt, identity };
}

export function makeDirectory(): SimulatedDirectory {
  return { kind: "directory", entries: new Map() };
}

/** What processes see under `path`; "" is the root. Undefined when nothing is there. */
export function lookup(root: SimulatedDirectory, path: string): SimulatedNode | undefined {
  let node: SimulatedNode | undefined = root;
  for (const name of path === "" ? [] : path.split("/")) {
    if (node?.kind !== "directory") return undefined;
    node = node.entries.get(name)?.at(-1);
  }
  return node;
}

export function lookupFile(root: SimulatedDirectory, path: string): SimulatedFile | undefined {
  const node = lookup(root, path);
  return node?.kind === "file" ? node : undefined;
}

/** Requires: it exists. */
export function lookupDirectory(root: SimulatedDirectory, path: string): SimulatedDirectory {
  const node = lookup(root, path);
  if (node?.kind !== "directory") throw new Error(`"${path}" is no directory`);
  return node;
}

/** Changes what processes see under `path`, unsynced. Requires: the parent directory exists. */
export function setEntry(
  root: SimulatedDirectory,
  path: string,
  node: SimulatedNode | undefined,
): void {
  const { entries } = lookupDirectory(root, parentOf(path));
  entries.set(nameOf(path), [...(entries.get(nameOf(path)) ?? [undefined]), node]);
}

/** Forgets an entry whose durable values interest nobody. */
export function dropEntry(root: SimulatedDirectory, path: string): void {
  lookupDirectory(root, parentOf(path)).entries.delete(nameOf(path));
}

/** As {@link syncDirectory}, of one entry. */
export function syncEntry(root: SimulatedDirectory, path: string): void {
  const { entries } = lookupDirectory(root, parentOf(path));
  entries.set(nameOf(path), (entries.get(nameOf(path)) ?? []).slice(-1));
}

/** What processes see in the directory becomes durable: entries, not the content behind them. */
export function syncDirectory(directory: SimulatedDirectory): void {
  for (const [name, entry] of directory.entries) {
    const current = entry.at(-1);
    if (current === undefined) directory.entries.delete(name);
    else directory.entries.set(name, [current]);
  }
}

/** Every file that processes see, with its path, in no order. */
export function* filesBelow(
  directory: SimulatedDirectory,
  prefix = "",
): Generator<[path: string, file: SimulatedFile]> {
  for (const [name, entry] of directory.entries) {
    const node = entry.at(-1);
    if (node?.kind === "file") yield [`${prefix}${name}`, node];
    if (node?.kind === "directory") yield* filesBelow(node, `${prefix}${name}/`);
  }
}

/** Directory of `path`: "" for a name in the root. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
