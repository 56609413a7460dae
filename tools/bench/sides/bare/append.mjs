/**
 * The bare loop: what a durable commit costs that keeps no history, checks nothing and recovers from
 * nothing. One row in one part by the same codec, then one record in JSON; each written to a temporary
 * file, synced, linked to its name, and its directory synced.
 */
import { mkdirSync } from "node:fs";
import { link, open, readdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { RecordBatchStreamWriter, tableFromArrays } from "apache-arrow";
import { Compression, Table, WriterPropertiesBuilder, writeParquet } from "parquet-wasm";
import { edgeOfCommit } from "../../edges.mjs";
import { timeCommits } from "../../stopwatch.mjs";

/** @param {{ folder: string, commits: number, warmup: number }} input */
export async function measure({ folder, commits, warmup }) {
  const [parts, log] = [join(folder, "parts"), join(folder, "log")];
  mkdirSync(parts);
  mkdirSync(log);
  const figures = await timeCommits({ commits, warmup }, async (i) => {
    const part = encodePart(edgeOfCommit(i));
    await createDurably(parts, `${i}.parquet`, part);
    await createDurably(log, `${i}.json`, encodeRecord(i, part.byteLength));
  });
  return { figures, facts: { records: (await readdir(log)).length } };
}

/** @param {import("../../edges.mjs").Edge} edge */
function encodePart({ tick, source, kind, weight }) {
  const columns = { tick: [BigInt(tick)], source: [source], kind: [kind], weight: [weight] };
  const stream = RecordBatchStreamWriter.writeAll(tableFromArrays(columns)).toUint8Array(true);
  const properties = new WriterPropertiesBuilder().setCompression(Compression.ZSTD).build();
  return writeParquet(Table.fromIPCStream(stream), properties);
}

/** About as much as crv records of such a commit. @param {number} version @param {number} bytes */
function encodeRecord(version, bytes) {
  const bounds = Object.fromEntries(
    ["tick", "source", "kind", "weight"].map((name) => [
      name,
      { min: version, max: version, nulls: 0 },
    ]),
  );
  const part = { path: `parts/${version}.parquet`, bytes, rows: 1, digest: "0".repeat(32), bounds };
  return Buffer.from(JSON.stringify({ version, created_at: new Date(), add: [part] }));
}

/** @param {string} folder @param {string} name @param {Uint8Array} bytes */
async function createDurably(folder, name, bytes) {
  const temporary = join(folder, `${name}.tmp`);
  const file = await open(temporary, "wx");
  await file.writeFile(bytes);
  await file.sync();
  await file.close();
  await link(temporary, join(folder, name));
  await unlink(temporary);
  const directory = await open(folder, "r");
  await directory.sync();
  await directory.close();
}
