/**
 * The view `tables/<table>/manifest.json`: one table at one version, for readers that know nothing
 * of the log. Keys and their order are those of the Python original, whose reader refuses unknown
 * members inside `parts[]`; ours are added at the top. Source: docs/format/manifest-view.md.
 */
import { formatBucketDirectory, type TableManifest, type TablePartition } from "@crv/core";
import { formatViewTime } from "./view-time.js";

/** Format of `manifest.json` itself. */
const MANIFEST_VERSION = 1;

export function encodeManifestView(manifest: TableManifest): Uint8Array {
  const { descriptor } = manifest;
  const view = {
    table: manifest.table,
    version: MANIFEST_VERSION,
    created_at: formatViewTime(manifest.createdAt),
    updated_at: formatViewTime(manifest.updatedAt),
    partitions: {},
    run_version: manifest.runVersion,
    table_version: manifest.tableVersion,
    tick_column: descriptor.tickColumn,
    tick_bucket_size: descriptor.tickBucketSize,
  };
  const text = JSON.stringify(view, null, 2).replace(
    '"partitions": {}',
    () => `"partitions": ${partitionsText(manifest.partitions)}`,
  );
  return new TextEncoder().encode(text);
}

/**
 * The object of partitions as text. As a JavaScript object it would lose its order: names like
 * "100000" are array indexes, which come before "000001".
 */
function partitionsText(partitions: readonly TablePartition[]): string {
  if (partitions.length === 0) return "{}";
  const members = partitions.map((partition) => {
    const text = JSON.stringify(describePartition(partition), null, 2).replaceAll("\n", "\n    ");
    return `    "${bucketText(partition.bucketId)}": ${text}`;
  });
  return `{\n${members.join(",\n")}\n  }`;
}

/** Partitions are keyed by the digits of their directory. */
function bucketText(bucketId: number): string {
  return formatBucketDirectory(bucketId).slice("bucket=".length);
}

function describePartition(partition: TablePartition): object {
  return {
    bucket_id: partition.bucketId,
    state: "ready",
    // The original coerces both to int; a table without a tick column has no others.
    tick_min: partition.tickMin ?? 0,
    tick_max: partition.tickMax ?? 0,
    row_count: partition.rows,
    byte_size: partition.bytes,
    parts: partition.parts.map((part) => ({
      path: part.path.slice(part.path.lastIndexOf("/") + 1),
      rows: part.rows,
      bytes: part.bytes,
      tick_min: part.tickMin ?? 0,
      tick_max: part.tickMax ?? 0,
      created_at: formatViewTime(part.createdAt),
    })),
  };
}
