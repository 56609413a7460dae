/**
 * The runs that others read: one for each codec, each with a canonical table and one of every column
 * type, in several buckets, parts and row groups, with nulls, NaN and the limits of each type; and a
 * table whose parts were replaced, so that only the log and `manifest.json` tell which ones count.
 */
import { defineTable, openRun } from "../../packages/crv/dist/index.js";

export const COMPRESSIONS = /** @type {const} */ (["zstd", "lz4", "snappy"]);

const I64_MAX = 2n ** 63n - 1n;
const ROWS = 25;

export const everything = defineTable({
  name: "everything",
  columns: {
    tick: "i64",
    wide: "i64?",
    real: "f64?",
    odd: "f64?",
    name: "str?",
    flag: "bool?",
    small: "i32?",
    ratio: "f32?",
    at: "timestamp?",
    bytes: "binary?",
    payload: "struct?",
    items: "list[struct]?",
    state: "f32[3]?",
    ids: "i64[2]?",
    point: { struct: { x: "f64", label: "str?" }, nullable: true },
    code: "i32",
  },
  bucketSize: 10,
});

const replaced = defineTable({ name: "replaced", columns: { tick: "i64", value: "i64" } });

/** Every fifth row holds nulls only. */
function everyType(/** @type {number} */ i) {
  if (i % 5 === 4) return { tick: i, code: i };
  return {
    tick: i,
    wide: i % 2 === 0 ? I64_MAX - BigInt(i) : -I64_MAX - 1n + BigInt(i),
    real: i / 3 - 2,
    odd: [Number.NaN, Number.POSITIVE_INFINITY, -0, 5e-324][i % 4],
    name: ["", "plain", "Zürich 🚀", 'quo"ted\n'][i % 4],
    flag: i % 2 === 0,
    small: i % 2 === 0 ? 2 ** 31 - 1 - i : -(2 ** 31) + i,
    ratio: i / 7,
    at: BigInt(i - 10) * 86_400_000_001n,
    bytes: new Uint8Array([i, 0, 255]),
    payload: { i, deep: [1, "two", null, { empty: {} }] },
    items: i % 2 === 0 ? [] : [{ a: i }, { b: "x" }],
    state: new Float32Array([i, -0, 0.1]),
    ids: [i, -I64_MAX],
    point: { x: i / 2, label: i % 2 === 0 ? null : "odd" },
    code: i,
  };
}

/** An edge of the canonical table `identity_edges`. */
function edge(/** @type {number} */ i) {
  return {
    tick: i * 40,
    observer_agent_id: `A${i}`,
    edge_kind: "self_to_object",
    edge_weight: i / 2,
    ...(i % 2 === 1 && { edge_sign: -1, token_id: "T1" }),
  };
}

/**
 * Writes one run; its views are published when this returns.
 *
 * @param {string} root
 * @param {(typeof COMPRESSIONS)[number]} compression
 */
export async function writeSampleRun(root, compression) {
  const runId = `sample-${compression}`;
  const settings = { compression, rowGroupSize: 4 };
  const run = await openRun({ root, runId, settings, tables: [everything, replaced] });
  const rows = Array.from({ length: ROWS }, (_, i) => everyType(i));
  await run.append("everything", rows);
  await run.append("everything", rows.slice(3, 8));
  const edges = Array.from({ length: 9 }, (_, i) => edge(i));
  await run.append("identity_edges", edges);
  await run.append("replaced", [{ tick: 1, value: 1 }]);
  await run.transaction((tx) => tx.overwrite("replaced", [{ tick: 2, value: 2 }]));
  await run.close();
  return describeRun(root, runId);
}

/**
 * What crv itself says of a run, as readers are compared with it.
 *
 * @typedef {Awaited<ReturnType<typeof describeRun>>} SampleRun
 * @typedef {SampleRun["tables"][number]} SampleTable
 * @param {string} root
 * @param {string} runId
 */
async function describeRun(root, runId) {
  const run = await openRun({ root, runId, mode: "readOnly" });
  const tables = [];
  for (const { table } of await run.tables()) {
    const manifest = await run.manifest(table);
    if (manifest === undefined) throw new Error(`no manifest of ${table}`);
    const scan = run.scan(table, { int64: "bigint" });
    tables.push({
      name: table,
      directory: `${run.path}/tables/${table}`,
      manifest,
      files: await scan.files(),
      rows: await scan.toRows(),
    });
  }
  await run.close();
  return { runId, tables };
}
