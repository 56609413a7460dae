/**
 * Parts that may hold some of the keys that are looked for, by their key ranges and key filters.
 *
 * Invariant: absence is never wrong. A part is left out only when bounds, or a sound filter of the same
 * columns, exclude every key; whatever is missing, torn or of another shape excludes nothing.
 */
import {
  digestOf,
  formatKeyFilterKey,
  type KeyFilterEntry,
  type PartEntry,
  type Seal,
} from "@crv/core";
import type { ObjectReader } from "@crv/storage-trait/object-store";
import pMap from "p-map";
import { KeyFilter } from "./key-filter.js";
import type { KeyProbe } from "./key-probe.js";

/** Checking so many keys takes as long as opening a small part. */
const CHECKED_KEYS_MAX = 1 << 14;
const FILTERS_AT_ONCE = 8;

/** A part that may hold a key, as far as its entry says. */
export interface KeyCandidate {
  readonly part: PartEntry;
  /** An object beside the part that may still exclude it. */
  readonly stored?: { readonly keys: number; readonly seal: Seal };
}

/** What the entries say: by bounds, and by the filters in them. In the same order. Pure. */
export function candidateParts(
  parts: readonly PartEntry[],
  probe: KeyProbe,
): readonly KeyCandidate[] {
  return parts.flatMap((part): KeyCandidate[] => {
    const count = probe.countWithin(part.columns);
    if (count === 0) return [];
    const { keyFilter } = part;
    const isOfUse = count <= Math.max(CHECKED_KEYS_MAX, part.rows);
    if (keyFilter === undefined || !isOfUse || !isOfColumns(keyFilter, probe)) return [{ part }];
    const { keys, content } = keyFilter;
    if (!("inline" in content)) return [{ part, stored: { keys, seal: content } }];
    const filter = KeyFilter.decode(Buffer.from(content.inline, "base64"), keys);
    return excludes(filter, part, probe) ? [] : [{ part }];
  });
}

/**
 * The parts among `parts`, in their order, that may hold a key of `probe`. Reads filters where entries
 * leave a doubt; one that cannot be read excludes nothing, since reading the part tells more.
 */
export async function partsThatMayHold(
  parts: readonly PartEntry[],
  probe: KeyProbe,
  store: ObjectReader,
): Promise<readonly PartEntry[]> {
  const kept = await pMap(
    candidateParts(parts, probe),
    async ({ part, stored }) => {
      if (stored === undefined) return [part];
      const bytes = await readSound(store, part, stored.seal);
      const filter = bytes && KeyFilter.decode(bytes, stored.keys);
      return excludes(filter, part, probe) ? [] : [part];
    },
    { concurrency: FILTERS_AT_ONCE },
  );
  return kept.flat();
}

function isOfColumns({ columns }: KeyFilterEntry, probe: KeyProbe): boolean {
  return (
    columns.length === probe.columns.length &&
    columns.every((column, i) => column === probe.columns[i])
  );
}

function excludes(filter: KeyFilter | undefined, part: PartEntry, probe: KeyProbe): boolean {
  return filter !== undefined && !filter.mayHoldAny(probe.hashesWithin(part.columns));
}

/** Undefined when the object is not what was sealed: it was not synced, so power may have taken it. */
async function readSound(
  store: ObjectReader,
  part: PartEntry,
  { sizeBytes, digest }: Seal,
): Promise<Uint8Array | undefined> {
  const bytes = await getOrNothing(store, part, sizeBytes);
  if (bytes === undefined || bytes.byteLength !== sizeBytes) return undefined;
  return (await digestOf(bytes)) === digest ? bytes : undefined;
}

async function getOrNothing(
  store: ObjectReader,
  part: PartEntry,
  sizeBytesMax: number,
): Promise<Uint8Array | undefined> {
  try {
    return await store.get(formatKeyFilterKey(part.path), { sizeBytesMax });
  } catch {
    return undefined;
  }
}
