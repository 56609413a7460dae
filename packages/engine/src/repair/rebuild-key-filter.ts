/** A key filter that is missing or damaged, computed from its part again. */
import {
  digestOf,
  formatKeyFilterKey,
  type ObjectKey,
  type PartEntry,
  type TableDescriptor,
} from "@crv/core";
import type { RecordBatch } from "apache-arrow";
import type { EngineContext } from "../engine-context.js";
import { filterOfPart } from "../keys/part-keys.js";

/**
 * Writes it where the bytes are those that the entry of the part names: another release may compute
 * others, and then look-ups go on to open the part instead.
 *
 * @throws IoError when the part cannot be read.
 */
export async function rebuildKeyFilter(
  context: EngineContext,
  path: ObjectKey,
  setAside: (path: ObjectKey) => Promise<void>,
): Promise<void> {
  const { store, parts, hashKey, durability } = context;
  const found = findPart(context, path);
  const content = found?.part.keyFilter?.content;
  if (found === undefined || content === undefined || "inline" in content) return;
  const batches: RecordBatch[] = [];
  for await (const batch of parts.read(found.part, found.descriptor, {})) batches.push(batch);
  const filter = filterOfPart(found.part, found.descriptor, batches, hashKey);
  if (filter === undefined || (await digestOf(filter.bytes)) !== content.digest) return;
  await setAside(path);
  await store.create(path, filter.bytes, { durability });
}

function findPart(
  { log }: EngineContext,
  path: ObjectKey,
): { readonly part: PartEntry; readonly descriptor: TableDescriptor } | undefined {
  for (const { descriptor, parts } of log.state.tables.values()) {
    for (const part of parts) {
      if (formatKeyFilterKey(part.path) === path) return { part, descriptor };
    }
  }
  return undefined;
}
