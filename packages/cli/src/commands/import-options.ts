/** The options of `crv import`. */
import { type Command, Option } from "commander";
import { type ColumnSpec, CrvError, type LoadMode, type TableDescriptor } from "crv";
import { FILE_FORMATS, type FileFormat } from "../foreign/file-format.js";
import type { TickChoice } from "../foreign/import-plan.js";
import { INFER_ROWS, type SourceChoices } from "../foreign/open-source.js";
import { TICK_UNITS, type TickUnit } from "../foreign/tick-clock.js";
import { BRANCH, isoTime, nameList, oneCharacter, typeMap, wholeNumber } from "./arguments.js";

/** Rows handed over at a time: large enough that columns are built at full speed. */
const BATCH_ROWS = 65_536;

const MODES: readonly LoadMode[] = ["append", "merge", "overwrite"];

export interface ImportOptions {
  readonly run: string;
  readonly branch?: string;
  readonly table: string;
  readonly format?: FileFormat;
  readonly types?: ReadonlyMap<string, ColumnSpec>;
  readonly delimiter?: string;
  readonly header?: boolean;
  readonly null?: readonly string[];
  readonly inferRows?: number;
  readonly mode: LoadMode;
  readonly key?: readonly string[];
  readonly columns?: readonly string[];
  readonly tick?: string;
  readonly tickUnit?: TickUnit;
  readonly tickOrigin?: number;
  readonly bucketSize?: number;
  readonly batchRows: number;
  readonly actor: string;
  readonly message?: string;
  readonly dryRun: boolean;
}

export function addImportOptions(command: Command): Command {
  return command
    .requiredOption("--run <id>", "run, made when it does not exist")
    .option("--branch <name>", BRANCH)
    .requiredOption("--table <name>", "table, made when it does not exist")
    .addOption(new Option("--format <format>", "default by the file's name").choices(FILE_FORMATS))
    .option(
      "--types <list>",
      "types of columns of CSV and NDJSON, such as delay=f64?,id=str",
      typeMap,
    )
    .option("--delimiter <char>", "between cells of CSV, default comma; of .tsv tab", oneCharacter)
    .option("--header", "the first line of CSV names the columns, whatever it looks like")
    .option("--no-header", "no line of CSV names the columns: they are column_1, column_2, ...")
    .option(
      "--null <texts>",
      "cells of CSV that mean null, besides empty ones, with commas",
      nameList,
    )
    .option(
      "--infer-rows <n>",
      `records of CSV and NDJSON that types are inferred from, default ${INFER_ROWS}`,
      wholeNumber(1),
    )
    .addOption(
      new Option("--mode <mode>", "what becomes of the rows that are there")
        .choices(MODES)
        .default("append"),
    )
    .option("--key <names>", "columns of the file that tell rows apart, with commas", nameList)
    .option("--columns <names>", "only these columns of the file, with commas", nameList)
    .option("--tick <column>", "column that orders the rows: whole numbers or a timestamp")
    .addOption(
      new Option("--tick-unit <unit>", "unit of the ticks of a timestamp").choices(TICK_UNITS),
    )
    .option("--tick-origin <time>", "time of tick 0, default 1970-01-01T00:00:00Z", isoTime)
    .option("--bucket-size <ticks>", "ticks per bucket, default the run's", wholeNumber(1))
    .option("--batch-rows <n>", "rows handed over at a time", wholeNumber(1), BATCH_ROWS)
    .option("--actor <name>", "who commits", "crv import")
    .option("--message <text>", "message of the commit, default the file's name")
    .option("--dry-run", "show what would be imported, write nothing", false);
}

export function chooseTick({
  tick: source,
  tickUnit: unit,
  tickOrigin: originMs,
}: ImportOptions): TickChoice | undefined {
  if (source !== undefined) {
    return { source, ...(unit && { unit }), ...(originMs !== undefined && { originMs }) };
  }
  if (unit === undefined && originMs === undefined) return undefined;
  throw new CrvError("INVALID_ARGUMENT", "--tick-unit and --tick-origin need --tick");
}

export function sourceChoices(
  options: ImportOptions,
  existing: TableDescriptor | undefined,
): SourceChoices {
  const { format, columns, types, tick, key = [], delimiter, header, null: nulls } = options;
  return {
    types: types ?? new Map(),
    required: tick === undefined ? key : [...key, tick],
    text: {
      ...(delimiter !== undefined && { delimiter }),
      ...(header !== undefined && { header }),
      ...(nulls !== undefined && { nulls }),
      ...(options.inferRows !== undefined && { inferRows: options.inferRows }),
    },
    ...(format !== undefined && { format }),
    ...(columns !== undefined && { only: columns }),
    ...(existing !== undefined && { existing }),
  };
}
