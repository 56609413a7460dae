/**
 * Reads the `manifest.json` of a run that has no log: there it is all that says which files count.
 * What cannot be read is none: then the files themselves are looked at.
 */
import { type ForeignFile, formatBucketDirectory, parseObjectKey, parsePartKey } from "@crv/core";
import { z } from "zod";

const manifestShape = z.object({
  table: z.string(),
  partitions: z.record(
    z.string(),
    z.object({
      bucket_id: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
      parts: z.array(z.object({ path: z.string() })),
    }),
  ),
  tick_bucket_size: z.number().int().min(1).nullish(),
});

export interface ForeignManifest {
  readonly files: readonly ForeignFile[];
  /** Only crv writes it; the original has one size for all tables, and does not say which. */
  readonly tickBucketSize: number | undefined;
}

/** @returns undefined for what is torn, of another table, or names what can be no part of it. */
export function decodeForeignManifest(
  table: string,
  body: Uint8Array,
): ForeignManifest | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(body);
    const manifest = manifestShape.parse(JSON.parse(text));
    if (manifest.table !== table) return undefined;
    const files = Object.values(manifest.partitions).flatMap(({ bucket_id: bucket, parts }) =>
      parts.map(({ path: name }) => {
        const path = parseObjectKey(`tables/${table}/${formatBucketDirectory(bucket)}/${name}`);
        if (parsePartKey(path)?.table !== table) throw new RangeError(path);
        return { path, bucket };
      }),
    );
    return { files, tickBucketSize: manifest.tick_bucket_size ?? undefined };
  } catch {
    return undefined;
  }
}
