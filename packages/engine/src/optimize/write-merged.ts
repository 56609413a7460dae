/**
 * Merges groups of parts and writes what comes out: while one part is encoded and written, the next group
 * is read, as long as memory holds both. Source: docs/design/optimize.md.
 */
import type { PartEntry } from "@crv/core";
import type { TableEdit, TableState } from "@crv/manifest";
import type { CommitPipeline } from "../commit-pipeline.js";
import type { EngineContext } from "../engine-context.js";
import { mergeParts } from "./merge-parts.js";
import type { PartGroup } from "./plan-optimize.js";

const noop = (): void => {};

/**
 * What the commit changes; undefined when memory allowed to merge no two parts.
 *
 * @throws As `mergeParts`, and `CommitPipeline.writePart`. No write is under way then.
 */
export async function writeMerged(
  { parts, stageBytesMax }: Pick<EngineContext, "parts" | "stageBytesMax">,
  pipeline: Pick<CommitPipeline, "arm" | "writePart">,
  { key, descriptor }: TableState,
  groups: readonly PartGroup[],
  signal: AbortSignal | undefined,
): Promise<TableEdit | undefined> {
  const add: PartEntry[] = [];
  const remove: PartEntry[] = [];
  let writing = Promise.resolve();
  let writingBytes = 0;
  const limits = {
    bytesMax: stageBytesMax,
    /** Sorting takes a group twice, and so does encoding it. */
    hold: async (sizeBytes: number) => {
      if (2 * (sizeBytes + writingBytes) > stageBytesMax) await writing;
    },
  };
  try {
    for (const group of groups) {
      const merged = await mergeParts(descriptor, group, parts, limits, signal);
      if (merged.parts.length < 2) continue;
      await pipeline.arm("optimize", key, null);
      await writing;
      const { bucket } = group[0] as PartEntry;
      writingBytes = merged.sizeBytes;
      writing = pipeline.writePart(descriptor, bucket, [merged.batch]).then((part) => {
        writingBytes = 0;
        add.push(part);
      });
      // One that fails is told when its turn comes.
      writing.catch(noop);
      remove.push(...merged.parts);
    }
    await writing;
  } finally {
    // What is withdrawn next must be there.
    await writing.catch(noop);
  }
  if (add.length === 0) return undefined;
  return { descriptor, add, remove: remove.map(({ path }) => path) };
}
