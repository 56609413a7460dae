/** Many random universes after one another, as part of a test: their sums, and how a failure is replayed. */
import {
  runUniverse,
  UniverseFailure,
  type UniverseOptions,
  type UniverseReport,
} from "./random-universe.js";

export interface CampaignOptions extends Omit<UniverseOptions, "seed"> {
  readonly firstSeed: number;
  readonly universes: number;
}

export type Totals = Readonly<Record<keyof UniverseReport, number>>;

/** @throws UniverseFailure of the first that fails, after its schedule and replay were printed. */
export async function playCampaign({
  firstSeed,
  universes,
  ...options
}: CampaignOptions): Promise<Totals> {
  const totals: Partial<Record<keyof UniverseReport, number>> = {};
  for (let seed = firstSeed; seed < firstSeed + universes; seed++) {
    const report = await play({ ...options, seed });
    for (const [key, count] of Object.entries(report) as [keyof UniverseReport, number][]) {
      totals[key] = (totals[key] ?? 0) + count;
    }
  }
  console.log(`${universes} universes of ${JSON.stringify(options)}: ${JSON.stringify(totals)}`);
  return totals as Totals;
}

async function play(options: UniverseOptions): Promise<UniverseReport> {
  try {
    return (await runUniverse(options)).report;
  } catch (error) {
    if (error instanceof UniverseFailure) console.log(error.journal.lines().join("\n"));
    throw error;
  }
}
