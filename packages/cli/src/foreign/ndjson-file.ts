/** An NDJSON file as records: its columns are the members of the objects in the sample. */
import { CrvError } from "crv";
import { kindOfJson } from "./cell-kind.js";
import { parseJson, parseNumbersAsText } from "./json-parse.js";
import { jsonReader } from "./json-value.js";
import { type JsonMembers, parseLine, readLines, type TextLine } from "./ndjson-records.js";
import { takeSample } from "./take-sample.js";
import type { TextRecord, TextRecords } from "./text-records.js";

export interface NdjsonOptions {
  readonly path: string;
  /** Members that an object may have even if none of the sample has them. */
  readonly declared: readonly string[];
  /** Columns of the table that exists: the columns of a file without objects. */
  readonly ofTable: readonly string[];
  /** Members that are wanted; undefined: all, and one that comes after the sample is refused. */
  readonly only?: readonly string[];
}

/**
 * @param sampleRows Objects read ahead at most.
 * @throws CrvError `INVALID_ARGUMENT`; those of `readText`.
 */
export async function openNdjson(
  { path, declared, ofTable, only }: NdjsonOptions,
  sampleRows: number,
): Promise<TextRecords> {
  const lines = readLines(path);
  const sample = (await takeSample(lines, sampleRows)).map((line) => ({
    line: line.line,
    members: parseLine(path, line, parseNumbersAsText),
  }));
  const seen = sample.flatMap(({ members }) => Object.keys(members));
  const names = [...new Set([...seen, ...declared, ...(sample.length === 0 ? ofTable : [])])];
  if (names.length === 0) {
    throw new CrvError(
      "INVALID_ARGUMENT",
      `${path} has no object with a member, so nothing tells the columns; give them with --types, such as --types id=str,share=f64?, or import it when it has rows`,
    );
  }
  const known = new Set(names);
  return {
    path,
    names,
    sample: sample.map(({ line, members }) => ({ line, cells: cellsOf(names, members) })),
    rest: readRest(path, lines, names, only === undefined ? known : undefined),
    kindOf: kindOfJson,
    readerOf: jsonReader,
  };
}

async function* readRest(
  path: string,
  lines: AsyncIterable<TextLine>,
  names: readonly string[],
  known: ReadonlySet<string> | undefined,
): AsyncGenerator<TextRecord> {
  for await (const line of lines) {
    const members = parseLine(path, line, parseJson);
    const unknown = known && Object.keys(members).find((name) => !known.has(name));
    if (unknown !== undefined) {
      throw new CrvError(
        "INVALID_ARGUMENT",
        `${path}, line ${line.line}: the member ${JSON.stringify(unknown)} is in no earlier object that was looked at; give it a type with --types ${unknown}=str?, or name the others with --columns`,
      );
    }
    yield { line: line.line, cells: cellsOf(names, members) };
  }
}

function cellsOf(names: readonly string[], members: JsonMembers): unknown[] {
  return names.map((name) => (Object.hasOwn(members, name) ? members[name] : null));
}
