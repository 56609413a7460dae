/** What of a run of another program is not read, a line for each file and column. */
import type { AdoptReport } from "crv";

export function leftAsideLines({
  skipped,
  leftOut,
}: Pick<AdoptReport, "skipped" | "leftOut">): readonly string[] {
  return [
    ...skipped.map(({ path, reason }) => `left aside ${path}: ${reason}`),
    ...leftOut.map(({ table, column, reason }) => `not read ${table}.${column}: ${reason}`),
  ];
}
