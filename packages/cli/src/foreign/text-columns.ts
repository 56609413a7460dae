/**
 * Types of the columns of a text file. Pure. A type that the user gave comes first, then that of the
 * table if it exists, then what the cells of the sample say.
 */
import { type ColumnSpec, type ColumnType, CrvError, type TableDescriptor } from "crv";
import { type CellKind, joinKinds } from "./cell-kind.js";
import { toColumnName } from "./column-name.js";
import { checkDistinct, type ForeignColumn, selectColumns } from "./foreign-column.js";
import type { TextRecords } from "./text-records.js";

/** What was said of the columns, by their names in the file. */
export interface ColumnChoices {
  readonly only?: readonly string[];
  readonly types: ReadonlyMap<string, ColumnSpec>;
  /** Ticks and keys, which are never null. */
  readonly required: readonly string[];
  /** Undefined when the table is to be made. */
  readonly existing?: TableDescriptor;
}

export interface TextColumn extends ForeignColumn {
  /** Index in the cells of a record. */
  readonly at: number;
  readonly typedBy: "inferred" | "--types" | "table";
}

/** @throws CrvError `INVALID_ARGUMENT` */
export function chooseColumns(records: TextRecords, choices: ColumnChoices): TextColumn[] {
  const { names } = records;
  const all = names.map((source, at) => ({ source, at }));
  checkTypes(names, choices);
  const columns = selectColumns(all, ({ source }) => source, choices.only).map((column) => ({
    ...column,
    name: toColumnName(column.source),
  }));
  checkDistinct(columns);
  return columns.map((column) => typed(column, records, choices));
}

function typed(
  column: Pick<TextColumn, "source" | "at" | "name">,
  records: TextRecords,
  { types, required, existing }: ColumnChoices,
): TextColumn {
  const spec = types.get(column.source);
  if (spec !== undefined) {
    return { ...column, ...parseSpec(spec), sourceType: "--types", typedBy: "--types" };
  }
  const type = existing?.columns[column.name];
  if (existing !== undefined && type !== undefined) {
    const nullable = existing.nullable.includes(column.name);
    return { ...column, type, nullable, sourceType: "of the table", typedBy: "table" };
  }
  return {
    ...column,
    type: inferType(column, records),
    nullable: !required.includes(column.source),
    sourceType: "inferred",
    typedBy: "inferred",
  };
}

/** A column without any value in the sample is text, which holds whatever comes. */
function inferType(
  { source, at }: Pick<TextColumn, "source" | "at">,
  { path, sample, kindOf }: TextRecords,
): ColumnType {
  let kind: CellKind | undefined;
  for (const { line, cells } of sample) {
    const found = kindOf(cells[at]);
    const joined = joinKinds(kind, found);
    if (found !== undefined && (joined === undefined || joined === "list")) {
      throw refusal(`${path}, line ${line}, column ${JSON.stringify(source)}: ${remedyOf(joined)}`);
    }
    kind = joined;
  }
  return (kind ?? "str") as ColumnType;
}

function remedyOf(kind: CellKind | undefined): string {
  return kind === "list"
    ? "no type can be inferred for a list; give one of so many numbers with --types, such as position=f64[3]"
    : "there are objects or lists here and something else in other lines; name the other columns with --columns";
}

function parseSpec(spec: ColumnSpec): { type: ColumnType; nullable: boolean } {
  if (typeof spec !== "string") return { type: spec, nullable: spec.nullable === true };
  return { type: spec.replace(/\?$/, "") as ColumnType, nullable: spec.endsWith("?") };
}

function checkTypes(names: readonly string[], { types, existing }: ColumnChoices): void {
  for (const source of types.keys()) {
    if (!names.includes(source)) {
      throw refusal(`--types ${source}: the file has no such column; it has ${names.join(", ")}`);
    }
    if (existing !== undefined && toColumnName(source) in existing.columns) {
      throw refusal(
        `--types ${source}: table ${existing.name} exists and has a type for it; leave it out of --types`,
      );
    }
  }
}

function refusal(message: string): CrvError {
  return new CrvError("INVALID_ARGUMENT", message);
}
