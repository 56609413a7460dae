/**
 * The view `bundle.manifest.json`. Unlike the views of tables it is written on request only. Pure.
 * Source: docs/format/run-bundle.md.
 */
import {
  type BundledTable,
  type RunBundle,
  type RunBundleFacts,
  type RunId,
  SCHEMA_V,
  type TableManifest,
} from "@crv/core";
import { type RunState, tableManifest } from "../run-state.js";
import { formatViewTime } from "./view-time.js";

/** What the run bundle says of `state`. */
export function composeBundle(
  runId: RunId,
  state: RunState,
  artifacts: RunBundle["artifacts"],
  { writtenAt, git, env, io, meta }: RunBundleFacts,
): RunBundle {
  const manifests = [...state.tables.keys()].sort().flatMap((key) => {
    const manifest = tableManifest(state, key);
    return manifest ? [manifest] : [];
  });
  const { major, minor, date } = SCHEMA_V;
  // The times of commits never go back, so the oldest table is as old as the first commit.
  const createdAt = manifests.map((m) => m.createdAt).sort()[0] ?? writtenAt;
  return {
    schema_version: 1,
    run: {
      run_id: runId,
      created_at: formatViewTime(createdAt),
      core_schema_v: { major, minor, date },
      git,
      written_at: formatViewTime(writtenAt),
    },
    env,
    io,
    tables: Object.fromEntries(manifests.map((m) => [m.table, bundledTable(m)])),
    artifacts,
    meta,
    run_version: state.version,
  };
}

export function encodeBundle(bundle: RunBundle): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(bundle, null, 2));
}

function bundledTable({ rows, bytes, tableVersion, partitions }: TableManifest): BundledTable {
  const ticks = partitions.flatMap(({ tickMin, tickMax }) =>
    tickMin === null || tickMax === null ? [] : [[tickMin, tickMax] as const],
  );
  return {
    rows,
    bytes,
    tick_min: ticks.reduce<number | null>((low, [min]) => Math.min(low ?? min, min), null),
    tick_max: ticks.reduce<number | null>((high, [, max]) => Math.max(high ?? max, max), null),
    buckets: partitions.map((partition) => partition.bucketId),
    total_rows: rows,
    total_bytes: bytes,
    table_version: tableVersion,
    parts: partitions.reduce((sum, partition) => sum + partition.parts.length, 0),
  };
}
