/**
 * What a power loss leaves: of every unsynced entry any one of its values, of unsynced content any
 * of five remains. Directories that lose their entry take everything below them along.
 */
import { STAGING_DIRECTORY } from "@crv/core";
import type { Choose } from "./choices.js";
import {
  makeDirectory,
  type SimulatedDirectory,
  type SimulatedEntry,
  type SimulatedFile,
  type SimulatedNode,
} from "./simulated-tree.js";

/** One tree that may be found after the power returns. All of it is durable. */
export function survivors(root: SimulatedDirectory, choose: Choose): SimulatedDirectory {
  // A file with two names has one content, chosen once.
  const files = new Map<SimulatedFile, SimulatedFile>();
  const surviveFile = (file: SimulatedFile): SimulatedFile => {
    const known = files.get(file);
    if (known !== undefined) return known;
    const content = file.synced ? file.content : choose(remainsOf(file.content));
    const survivor: SimulatedFile = { ...file, content, synced: true, poisoned: false };
    files.set(file, survivor);
    return survivor;
  };
  const surviveDirectory = (directory: SimulatedDirectory): SimulatedDirectory => {
    const survivor = makeDirectory();
    for (const [name, values] of directory.entries) {
      const node = choose(optionsOf(values));
      if (node !== undefined) survivor.entries.set(name, [surviveNode(node)]);
    }
    return survivor;
  };
  const surviveNode = (node: SimulatedNode): SimulatedNode =>
    node.kind === "file" ? surviveFile(node) : surviveDirectory(node);
  return surviveDirectory(withoutStaging(root));
}

/** What was durable comes first and what processes saw last, also when the two are the same. */
function optionsOf(values: SimulatedEntry): SimulatedEntry {
  const options = [...new Set(values)];
  return options.at(-1) === values.at(-1) ? options : [...options, values.at(-1)];
}

/** Temporaries are invisible through every call of a store, so their remains are no states apart. */
function withoutStaging(root: SimulatedDirectory): SimulatedDirectory {
  const entries = [...root.entries].filter(([name]) => name !== STAGING_DIRECTORY);
  return { kind: "directory", entries: new Map(entries) };
}

/** Nothing, the first half, all zero, half garbage, everything. */
function remainsOf(content: Uint8Array): readonly Uint8Array[] {
  if (content.byteLength === 0) return [content];
  const half = content.byteLength >> 1;
  return [
    content.subarray(0, 0),
    content.subarray(0, half),
    new Uint8Array(content.byteLength),
    content.map((byte, i) => (i < half ? byte : ~byte)),
    content,
  ];
}
