/** What a reader must find, derived from what crv says of a run and from docs/format/values.md. */
import { mapFields, plainFloat, plainValue } from "./plain-value.mjs";

/**
 * Names of the column types, by reader.
 * @type {Readonly<Record<string, Readonly<Record<string, string>>>>}
 */
const TYPE_NAMES = {
  DuckDB: {
    i64: "BIGINT",
    i32: "INTEGER",
    f64: "DOUBLE",
    f32: "FLOAT",
    str: "VARCHAR",
    bool: "BOOLEAN",
    timestamp: "TIMESTAMP WITH TIME ZONE",
    binary: "BLOB",
    struct: "VARCHAR",
    "list[struct]": "VARCHAR",
  },
  pyarrow: {
    i64: "int64",
    i32: "int32",
    f64: "double",
    f32: "float",
    str: "string",
    bool: "bool",
    timestamp: "timestamp[us, tz=UTC]",
    binary: "binary",
    struct: "extension<arrow.json>",
    "list[struct]": "extension<arrow.json>",
  },
  Polars: {
    i64: "Int64",
    i32: "Int32",
    f64: "Float64",
    f32: "Float32",
    str: "String",
    bool: "Boolean",
    timestamp: "Datetime(time_unit='us', time_zone='UTC')",
    binary: "Binary",
    struct: "Extension('arrow.json', String, '')",
    "list[struct]": "Extension('arrow.json', String, '')",
  },
};

/** @type {Readonly<Record<string, (element: string, size: string) => string>>} */
const VECTOR_NAMES = {
  DuckDB: (element) => `${element}[]`,
  pyarrow: (element, size) => `fixed_size_list<item: ${element} not null>[${size}]`,
  Polars: (element, size) => `Array(${element}, shape=(${size},))`,
};

/** @type {Readonly<Record<string, (fields: Record<string, string>, specs: any) => string>>} */
const STRUCT_NAMES = {
  DuckDB: (fields) => `STRUCT(${join(fields, (name, type) => `${quoteWord(name)} ${type}`)})`,
  pyarrow: (fields, specs) =>
    `struct<${join(fields, (name, type) => `${name}: ${type}${specs[name].endsWith("?") ? "" : " not null"}`)}>`,
  Polars: (fields) => `Struct({${join(fields, (name, type) => `'${name}': ${type}`)}})`,
};

/**
 * @param {import("./sample-run.mjs").SampleTable} table
 * @param {string} reader as it calls itself: `DuckDB 1.5.6`
 */
export function expectedTypes({ manifest }, reader) {
  const [program = ""] = reader.split(" ");
  return Object.fromEntries(
    Object.entries(manifest.descriptor.columns).map(([name, type]) => [
      name,
      typeName(program, type),
    ]),
  );
}

/** @param {import("./sample-run.mjs").SampleTable} table */
export function expectedRows({ rows, manifest }) {
  const columns = Object.entries(manifest.descriptor.columns);
  return rows.map((/** @type {any} */ row) =>
    Object.fromEntries(columns.map(([name, type]) => [name, plainValue(type, row[name])])),
  );
}

/**
 * Bounds as the log holds them, for each part and row group; only what it does hold must be found.
 * Vectors and declared structs have no column chunk of their own name.
 * @param {import("./sample-run.mjs").SampleTable} table
 */
export function expectedStatistics({ files, manifest }) {
  const { columns } = manifest.descriptor;
  const parts = manifest.partitions.flatMap((partition) => partition.parts);
  return files.map((file) => {
    const part = parts.find(({ path }) => file.endsWith(path));
    if (part === undefined) throw new Error(`the log does not name ${file}`);
    const groups = part.rowGroups ?? [part];
    return groups.map((group) =>
      Object.fromEntries(
        Object.entries(group.columns)
          .filter(([name]) => isLeaf(columns[name]))
          .map(([name, { min, max, nulls }]) => [
            name,
            {
              nulls,
              ...(min !== undefined && { min: plainBound(columns[name], min) }),
              ...(max !== undefined && { max: plainBound(columns[name], max) }),
            },
          ]),
      ),
    );
  });
}

/** What `manifest.json` must say, from the log. @param {import("./sample-run.mjs").SampleTable} table */
export function expectedManifest({ name: table, manifest }) {
  const partitions = manifest.partitions.map((partition) => {
    const { bucketId: bucket_id, rows: row_count, bytes: byte_size, tickMin, tickMax } = partition;
    const parts = partition.parts.map(({ path, rows, bytes, ...part }) => ({
      path: path.slice(path.lastIndexOf("/") + 1),
      rows,
      bytes,
      tick_min: part.tickMin,
      tick_max: part.tickMax,
      created_at: part.createdAt.replace("Z", "000+00:00"),
    }));
    const ticks = { tick_min: tickMin, tick_max: tickMax };
    return [
      String(bucket_id).padStart(6, "0"),
      { bucket_id, state: "ready", ...ticks, row_count, byte_size, parts },
    ];
  });
  return { table, version: 1, partitions: Object.fromEntries(partitions) };
}

/** Rows of each bucket. @param {import("./sample-run.mjs").SampleTable} table */
export function expectedBuckets({ manifest }) {
  return Object.fromEntries(manifest.partitions.map(({ bucketId, rows }) => [bucketId, rows]));
}

/** @param {string} reader @param {any} type @returns {string} */
function typeName(reader, type) {
  if (typeof type === "object") {
    const fields = mapFields(type.struct, (_, field) => typeName(reader, field));
    return STRUCT_NAMES[reader]?.(/** @type {any} */ (fields), type.struct) ?? "?";
  }
  const [, element, size] = /^(...)\[(\d+)\]$/.exec(type) ?? [];
  if (element === undefined || size === undefined) return TYPE_NAMES[reader]?.[type] ?? "?";
  return VECTOR_NAMES[reader]?.(typeName(reader, element), size) ?? "?";
}

/** @param {any} type */
function isLeaf(type) {
  return typeof type === "string" && !/\d\]$/.test(type);
}

/** @param {any} type @param {any} bound */
function plainBound(type, bound) {
  if (type === "f64" || type === "f32") return plainFloat(Number(bound));
  return type === "str" || type === "bool" ? bound : String(bound);
}

/** @param {Record<string, string>} fields @param {(name: string, type: string) => string} format */
function join(fields, format) {
  return Object.entries(fields)
    .map(([name, type]) => format(name, type))
    .join(", ");
}

/** DuckDB quotes names that are words of SQL. @param {string} name */
function quoteWord(name) {
  return name === "label" ? '"label"' : name;
}
