/**
 * The form in which values of all readers are compared, as JSON: integers and microseconds as digits,
 * floats by their 64 bits in hex, bytes in hex; open structs as the JSON that they hold.
 */

/** @param {number} value `NaN` or 16 hex digits */
export function plainFloat(value) {
  if (Number.isNaN(value)) return "NaN";
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes.toString("hex");
}

/**
 * @param {import("@crv/core").ColumnType} type
 * @param {any} value as crv gives it with `int64: "bigint"`
 * @returns {unknown}
 */
export function plainValue(type, value) {
  if (value === null) return null;
  if (typeof type === "object")
    return mapFields(type.struct, (name, t) => plainValue(t, value[name]));
  const [, element] = /^(.+)\[\d+\]$/.exec(type) ?? [];
  if (element !== undefined && type !== "list[struct]") {
    return Array.from(value, (each) => plainValue(/** @type {any} */ (element), each));
  }
  switch (type) {
    case "i64":
    case "i32":
    case "timestamp":
      return String(value);
    case "f64":
    case "f32":
      return plainFloat(value);
    case "binary":
      return Buffer.from(value).toString("hex");
    default:
      return value;
  }
}

/**
 * @param {Readonly<Record<string, any>>} fields specs of a declared struct
 * @param {(name: string, type: any) => unknown} read
 */
export function mapFields(fields, read) {
  return Object.fromEntries(
    Object.entries(fields).map(([name, spec]) => [name, read(name, spec.replace(/\?$/, ""))]),
  );
}
