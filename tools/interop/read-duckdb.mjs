/** What DuckDB finds in parts, told in the terms of `PartFacts`. */
import { DuckDBInstance, version } from "@duckdb/node-api";
import { mapFields, plainFloat } from "./plain-value.mjs";

/**
 * @typedef {{ min: unknown, max: unknown, nulls: number }} Bounds
 * @typedef {{
 *   types: Record<string, string>,
 *   keyValues: Record<string, string>,
 *   rowGroups?: Record<string, Bounds>[],
 *   rows: Record<string, unknown>[],
 * }} PartFacts of one file; a reader that cannot tell statistics leaves `rowGroups` out
 */

export async function openDuckDb() {
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  await connection.run("SET TimeZone = 'UTC'");
  /** @param {string} sql @returns {Promise<Record<string, any>[]>} */
  const query = async (sql) => (await connection.runAndReadAll(sql)).getRowObjects();
  return {
    name: `DuckDB ${version().replace(/^v/, "")}`,
    /** @param {import("./sample-run.mjs").SampleTable} table */
    readParts: ({ files, manifest }) =>
      Promise.all(files.map((file) => readPart(query, file, manifest.descriptor.columns))),
    /** @param {import("./sample-run.mjs").SampleTable} table */
    countByBucket: ({ directory }) => countByBucket(query, directory),
    /** @param {import("./sample-run.mjs").SampleTable} table */
    readManifest: ({ directory }) => readManifest(query, directory),
    close: () => connection.closeSync(),
  };
}

/** @typedef {(sql: string) => Promise<Record<string, any>[]>} Query */

/**
 * @param {Query} query
 * @param {string} file
 * @param {Readonly<Record<string, any>>} columns
 * @returns {Promise<PartFacts>}
 */
async function readPart(query, file, columns) {
  // The bucket is also in the path; what is asked here is what is in the file.
  const part = `read_parquet(${quoted(file)}, hive_partitioning = false)`;
  const described = await query(`DESCRIBE SELECT * FROM ${part}`);
  const keyValues = await query(
    `SELECT decode(key) AS key, decode(value) AS value FROM parquet_kv_metadata(${quoted(file)})`,
  );
  const rows = await query(`SELECT * FROM ${part}`);
  return {
    types: Object.fromEntries(described.map((row) => [row.column_name, row.column_type])),
    keyValues: Object.fromEntries(keyValues.map(({ key, value }) => [key, value])),
    rowGroups: await readStatistics(query, file, columns),
    rows: rows.map((row) =>
      Object.fromEntries(
        Object.entries(columns).map(([name, type]) => [name, plainDuckDb(type, row[name])]),
      ),
    ),
  };
}

/** @param {Query} query @param {string} file @param {Readonly<Record<string, any>>} columns */
async function readStatistics(query, file, columns) {
  const chunks = await query(
    `SELECT row_group_id, path_in_schema, stats_min_value, stats_max_value, stats_null_count
     FROM parquet_metadata(${quoted(file)}) ORDER BY row_group_id`,
  );
  /** @type {Record<string, Bounds>[]} */
  const rowGroups = [];
  for (const chunk of chunks) {
    const type = columns[chunk.path_in_schema];
    if (type === undefined) continue; // a leaf of a struct or a vector
    const group = rowGroups[Number(chunk.row_group_id)] ?? {};
    rowGroups[Number(chunk.row_group_id)] = group;
    group[chunk.path_in_schema] = {
      min: plainBound(type, chunk.stats_min_value),
      max: plainBound(type, chunk.stats_max_value),
      nulls: Number(chunk.stats_null_count),
    };
  }
  return rowGroups;
}

/** Rows of each bucket, found by the names of directories alone. @param {Query} query @param {string} directory */
async function countByBucket(query, directory) {
  const rows = await query(
    `SELECT bucket::BIGINT AS bucket, count(*) AS rows
     FROM read_parquet(${quoted(`${directory}/*/*.parquet`)}, hive_partitioning = true) GROUP BY ALL`,
  );
  return Object.fromEntries(rows.map(({ bucket, rows: count }) => [bucket, Number(count)]));
}

/** @param {Query} query @param {string} directory */
async function readManifest(query, directory) {
  const [row] = await query(`SELECT to_json(m) AS text FROM read_json(
    ${quoted(`${directory}/manifest.json`)}, columns = {'table': 'VARCHAR', version: 'INTEGER', partitions: 'JSON'}) m`);
  return JSON.parse(row?.text);
}

/** @param {any} type @param {any} value @returns {unknown} */
function plainDuckDb(type, value) {
  if (value === null) return null;
  if (typeof type === "object") {
    return mapFields(type.struct, (name, field) => plainDuckDb(field, value.entries[name]));
  }
  if (type === "struct" || type === "list[struct]") return JSON.parse(value);
  if (type.endsWith("]")) {
    return value.items.map((/** @type {any} */ each) => plainDuckDb(type.slice(0, 3), each));
  }
  if (type === "i64" || type === "i32") return String(value);
  if (type === "f64" || type === "f32") return plainFloat(value);
  if (type === "timestamp") return String(value.micros);
  return type === "binary" ? Buffer.from(value.bytes).toString("hex") : value;
}

/** DuckDB tells bounds as text. @param {string} type @param {string | null} text */
function plainBound(type, text) {
  if (text === null) return null;
  switch (type) {
    case "f64":
      return plainFloat(Number(text) + 0); // -0 counts as 0
    case "f32":
      return plainFloat(Math.fround(Number(text)) + 0);
    case "bool":
      return text === "true";
    case "timestamp":
      return microsecondsOf(text);
    default:
      return text;
  }
}

/** `1969-12-31 23:59:59.5+00`, which Date would round. @param {string} text */
function microsecondsOf(text) {
  const [, seconds = "", fraction = ""] = /^(.{19})(?:\.(\d+))?\+00$/.exec(text) ?? [];
  const micros = BigInt(Date.parse(`${seconds.replace(" ", "T")}Z`)) * 1000n;
  return String(micros + BigInt(fraction.padEnd(6, "0")));
}

/** @param {string} text */
function quoted(text) {
  return `'${text.replaceAll("'", "''")}'`;
}
