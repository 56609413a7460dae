/**
 * The bare loop: what a durable commit costs that keeps no history, checks nothing and recovers from
 * nothing. One row in one part by the same codec, then one record in JSON; each written to a temporary
 * file, synced, linked to its name, and its directory synced.
 */
import { mkdirSync } from "node:fs";
import { link, open, readdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import {
  Field,
  Float64,
  Int64,
  makeData,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Utf8,
} from "apache-arrow";
import { Compression, Table, WriterPropertiesBuilder, writeParquet } from "parquet-wasm";
import { edgeOfCommit } from "../../edges.mjs";
import { timeCommits } from "../../stopwatch.mjs";

const SCHEMA = new Schema([
  new Field("tick", new Int64(), false),
  new Field("source", new Utf8(), false),
  new Field("kind", new Utf8(), false),
  new Field("weight", new Float64(), false),
]);

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

/** By hand: Arrow's own builders take several times as long. @param {import("../../edges.mjs").Edge} edge */
function encodePart({ tick, source, kind, weight }) {
  const children = [
    makeData({ type: new Int64(), length: 1, data: BigInt64Array.of(BigInt(tick)) }),
    textData(source),
    textData(kind),
    makeData({ type: new Float64(), length: 1, data: Float64Array.of(weight) }),
  ];
  const data = makeData({ type: new Struct(SCHEMA.fields), length: 1, nullCount: 0, children });
  const writer = RecordBatchStreamWriter.writeAll([new RecordBatch(SCHEMA, data)]);
  const properties = new WriterPropertiesBuilder().setCompression(Compression.ZSTD).build();
  return writeParquet(Table.fromIPCStream(writer.toUint8Array(true)), properties);
}

/** @param {string} text */
function textData(text) {
  const data = Buffer.from(text);
  const valueOffsets = Int32Array.of(0, data.length);
  return makeData({ type: new Utf8(), length: 1, data, valueOffsets });
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
