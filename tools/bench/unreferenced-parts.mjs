/**
 * Files that nobody needs, as writers and replaced versions leave them: parts under names of their own,
 * a day old, spread over buckets.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const BUCKETS = 100;
const AGE_MS = 24 * 60 * 60 * 1000;

/**
 * Each is a file of its own, not a link: removing it frees its bytes.
 *
 * @param {string} folder of a store; its run has a part of one row in bucket 0
 * @param {number} files
 * @returns {readonly string[]} their paths
 */
export function strewParts(folder, files) {
  const table = join(folder, "runs", "bench", "tables", "edges");
  const first = join(table, bucketName(0));
  const part = readdirSync(first).find((name) => name.endsWith(".parquet")) ?? "";
  const bytes = readFileSync(join(first, part));
  const writtenAt = new Date(Date.now() - AGE_MS);
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    mkdirSync(join(table, bucketName(bucket)), { recursive: true });
  }
  const paths = Array.from({ length: files }, (_, i) =>
    join(table, bucketName(i % BUCKETS), partName(i)),
  );
  for (const path of paths) {
    writeFileSync(path, bytes, { flag: "wx" });
    utimesSync(path, writtenAt, writtenAt);
  }
  // Files of yesterday are on the disk. Where there is no such program, they are in memory.
  spawnSync("sync");
  return paths;
}

/** @param {number} bucket */
const bucketName = (bucket) => `bucket=${String(bucket).padStart(6, "0")}`;

/** As a part of an operation of its own. @param {number} i */
function partName(i) {
  const digest = createHash("sha256").update(`unreferenced ${i}`).digest("hex");
  return `part-${digest.slice(0, 24)}00000000.parquet`;
}
