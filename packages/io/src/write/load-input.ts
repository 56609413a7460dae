/** What is to be loaded: rows by table. */
import { IoSchemaError, show } from "@crv/core";
import { type AppendInput, type InputSource, openInput } from "../input/append-input.js";
import type { NamedTable, TableCatalog } from "../tables/table-catalog.js";
import type { Descriptors, RowsOf, TableArgument, TableMap } from "../tables/table-types.js";
import type { LoadMode, LoadOptions } from "./load-options.js";

/**
 * Rows by name of table; or entries, as of a Map, where a table may be given by its descriptor. Rows
 * as `append` takes them.
 */
export type LoadInput<Tables extends Descriptors> =
  | ({ readonly [Name in keyof TableMap<Tables>]?: AppendInput<RowsOf<Tables, Name>> } & {
      readonly [table: string]: unknown;
    })
  | Iterable<readonly [table: TableArgument<Tables>, input: unknown]>;

/** One table of a load. */
export interface TableLoad {
  readonly table: NamedTable;
  readonly mode: LoadMode;
  readonly source: InputSource;
}

/**
 * The tables of `input`, in its order. Fields that are undefined count as not given.
 *
 * @throws IoSchemaError `UNKNOWN_TABLE`, `DESCRIPTOR_MISMATCH`; `INVALID_ARGUMENT` for input of no
 *   known form, for a table that is given twice, and for the mode of one that is not given.
 */
export function readLoadInput(
  catalog: TableCatalog,
  input: unknown,
  { mode = "append" }: Pick<LoadOptions, "mode">,
): readonly TableLoad[] {
  const modeOf = (name: string) => (typeof mode === "string" ? mode : mode[name]) ?? "append";
  const loads = new Map<string, TableLoad>();
  for (const [named, rows] of entriesOf(input)) {
    if (rows === undefined) continue;
    const table = catalog.find(named);
    if (loads.has(table.key)) throw refuse(`load was given table "${table.key}" twice`, table.key);
    loads.set(table.key, { table, mode: modeOf(table.key), source: openInput(rows) });
  }
  const idle = typeof mode === "string" ? undefined : Object.keys(mode).find((m) => !loads.has(m));
  if (idle === undefined) return [...loads.values()];
  throw refuse(`mode names table "${idle}", for which load was given no rows`, idle);
}

function entriesOf(input: unknown): Iterable<readonly [unknown, unknown]> {
  if (typeof input !== "object" || input === null) throw invalid(input);
  if (!(Symbol.iterator in input)) return Object.entries(input);
  const entries = [...(input as Iterable<unknown>)];
  const wrong = entries.find((entry) => !Array.isArray(entry) || entry.length !== 2);
  if (wrong !== undefined) throw invalid(wrong);
  return entries as [unknown, unknown][];
}

function invalid(input: unknown): IoSchemaError {
  return refuse(
    `load cannot take ${show(input)}: pass { table: rows, … }, or entries [table, rows]`,
    input,
  );
}

function refuse(message: string, value: unknown): IoSchemaError {
  return new IoSchemaError("INVALID_ARGUMENT", message, { details: { what: "load", value } });
}
