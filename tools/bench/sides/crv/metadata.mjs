/** Bytes on disk that are no rows: records, checkpoints, views. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const MB = 1e6;

/** @param {{ folder: string, versions: number }} input */
export async function measure({ folder, versions }) {
  const { writtenBytes, partBytes } = JSON.parse(
    readFileSync(join(folder, "fixture.json"), "utf8"),
  );
  const run = join(folder, "runs", "bench");
  const records = sizeBelow(join(run, "_log"));
  const total = sizeBelow(run);
  return {
    figures: {
      record: records / versions,
      perCommit: total / versions,
      total: total / MB,
      records: records / MB,
      checkpoints: sizeBelow(join(run, "_checkpoints")) / MB,
      views: sizeBelow(join(run, "tables")) / MB,
      ...(writtenBytes !== null && { written: (writtenBytes - partBytes) / versions }),
    },
    facts: {
      records: readdirSync(join(run, "_log")).filter((name) => /^\d+\.json$/.test(name)).length,
    },
  };
}

/** Bytes of all files but parts; 0 when there is no such folder. @param {string} folder @returns {number} */
function sizeBelow(folder) {
  if (!existsSync(folder)) return 0;
  let sum = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) sum += sizeBelow(path);
    else if (!entry.name.endsWith(".parquet")) sum += statSync(path).size;
  }
  return sum;
}
