/** Flights as examples: what is known before take-off, and the delay in hours. */
import { fileURLToPath } from "node:url";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";

/** Columns of {@link Examples.inputs}. */
export const INPUTS = ["sin hour", "cos hour", "sin weekday", "cos weekday", "distance"] as const;

const MS_PER_HOUR = 3_600_000;
/** Delays beyond are as bad: one flight must not outweigh a hundred. */
const DELAY_HOURS_MAX = 3;

export interface Examples {
  readonly count: number;
  /** [count, INPUTS.length], row-major, each about -1 to 1. */
  readonly inputs: Float32Array;
  /** [count], hours. */
  readonly delays: Float32Array;
}

/** The first flights of the Parquet file of vega-datasets. */
export async function readExamples(count: number): Promise<Examples> {
  const path = new URL("../data/flights-3m.parquet", import.meta.resolve("vega-datasets"));
  const file = await asyncBufferFromFile(fileURLToPath(path));
  const columns = ["date", "delay", "distance"];
  const rows = await parquetReadObjects({ file, compressors, columns, rowStart: 0, rowEnd: count });
  return examplesOf(rows as unknown as readonly FlightRow[]);
}

export interface FlightRow {
  readonly date: Date;
  /** Minutes. */
  readonly delay: number | bigint;
  /** Miles. */
  readonly distance: number | bigint;
}

export function examplesOf(rows: readonly FlightRow[]): Examples {
  const inputs = new Float32Array(rows.length * INPUTS.length);
  const delays = new Float32Array(rows.length);
  for (const [i, { date, delay, distance }] of rows.entries()) {
    const hours = date.getTime() / MS_PER_HOUR;
    const day = (2 * Math.PI * hours) / 24;
    const week = day / 7;
    const values = [
      Math.sin(day),
      Math.cos(day),
      Math.sin(week),
      Math.cos(week),
      Number(distance) / 2500,
    ];
    inputs.set(values, i * INPUTS.length);
    delays[i] = Math.max(-1, Math.min(DELAY_HOURS_MAX, Number(delay) / 60));
  }
  return { count: rows.length, inputs, delays };
}
