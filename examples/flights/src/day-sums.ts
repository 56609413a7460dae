/**
 * Figures per day, read with hyparquet alone: of the published parts of both tables, and of the
 * input file, so that the run is compared with what went in.
 */
import { join } from "node:path";
import { asyncBufferFromFile, parquetScan } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { dayOf } from "./calendar.js";
import { openSource, readDelays } from "./source-file.js";

/** By day; a day without rows holds 0. */
export interface DaySums {
  readonly rows: Float64Array;
  /** Column name to its sums. */
  readonly sums: ReadonlyMap<string, Float64Array>;
}

/** @param paths Parts, relative to `directory`. */
export async function sumParts(
  directory: string,
  paths: readonly string[],
  {
    tick,
    columns,
    days,
  }: { readonly tick: string; readonly columns: readonly string[]; readonly days: number },
): Promise<DaySums> {
  const totals = emptySums(columns, days);
  for (const path of paths) {
    const file = await asyncBufferFromFile(join(directory, path));
    const scan = await parquetScan({ file, compressors });
    const range = { rowStart: 0, rowEnd: Number(scan.metadata.num_rows) };
    const read = async (column: string) =>
      Float64Array.from(await scan.readColumn({ column, ...range }), Number);
    const ticks = await read(tick);
    addRows(totals.rows, ticks);
    for (const [column, sums] of totals.sums) addValues(sums, ticks, await read(column));
  }
  return totals;
}

/** Of the flights that the input has in the first `days` days. */
export async function sumSource(days: number): Promise<DaySums> {
  const source = await openSource();
  const totals = emptySums(["delay"], days);
  for (const group of source.groups) {
    if (dayOf(group.minuteMin) >= days) continue;
    const { minute, delay } = await readDelays(source, group);
    addRows(totals.rows, minute);
    for (const sums of totals.sums.values()) addValues(sums, minute, delay);
  }
  return totals;
}

export function sumsOf({ sums }: DaySums, column: string): Float64Array {
  const values = sums.get(column);
  if (values === undefined) throw new Error(`the sums of ${column} were not asked for`);
  return values;
}

export function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

type Numbers = Int32Array | Float64Array;

function emptySums(columns: readonly string[], days: number): DaySums {
  const sums = new Map(columns.map((column) => [column, new Float64Array(days)]));
  return { rows: new Float64Array(days), sums };
}

function addRows(rows: Float64Array, ticks: Numbers): void {
  addValues(rows, ticks, new Float64Array(ticks.length).fill(1));
}

/** Values of days beyond the last one are left out: a typed array ignores them. */
function addValues(sums: Float64Array, ticks: Numbers, values: Numbers): void {
  for (let i = 0; i < ticks.length; i++) {
    const day = dayOf(ticks[i] as number);
    sums[day] = (sums[day] as number) + (values[i] as number);
  }
}
