/**
 * The proof that the run is whole, from its published files alone: no call of crv is made here.
 * Every check states what was expected and what was found.
 */
import { DAYS_ALL, dayOf, formatDay } from "./calendar.js";
import { type DaySums, sumParts, sumSource, sumsOf, total } from "./day-sums.js";
import { namedParts, type PublishedRun, readPublishedRun } from "./published-run.js";

/** Known of the whole input; found with other programs. */
const ROWS_ALL = 3_000_000;
const DELAY_MINUTES_ALL = 20_003_603;

export interface Check {
  readonly what: string;
  readonly ok: boolean;
  /** The figure, or what is wrong with it. */
  readonly found: string;
}

export interface Proof {
  readonly checks: readonly Check[];
  readonly versions: number;
  /** Of the parts that the records name. */
  readonly bytes: number;
  readonly parts: number;
}

export async function proveRun(directory: string, days: number): Promise<Proof> {
  const run = await readPublishedRun(directory);
  const named = namedParts(run);
  const list = (table: string) => run.listed.get(table) ?? [];
  const flights = await sumParts(directory, list("flights"), {
    tick: "minute",
    columns: ["delay"],
    days,
  });
  const balance = await sumParts(directory, list("airport_balance"), {
    tick: "day_start",
    columns: ["departures", "arrivals", "delay_minutes"],
    days,
  });
  const source = await sumSource(days);
  return {
    checks: [
      checkVersions(run),
      checkDays(run, days),
      checkParts(run, new Set(named.keys())),
      checkSidecars(run),
      ...checkTotals(flights, source, days),
      ...checkEveryDay(flights, balance, source),
    ],
    versions: run.records.length,
    bytes: [...named.values()].reduce((sum, part) => sum + part.bytes, 0),
    parts: named.size,
  };
}

function checkVersions({ records }: PublishedRun): Check {
  const hole = records.findIndex(({ version }, index) => version !== index + 1);
  return {
    what: "versions without holes",
    ok: hole === -1 && records.length > 0,
    found: hole === -1 ? `1 to ${records.length}` : `no version ${hole + 1}`,
  };
}

function checkDays({ records }: PublishedRun, days: number): Check {
  const commitsByDay = new Array<number>(days).fill(0);
  let strays = 0;
  for (const { added } of records.filter(({ kind }) => kind === "data")) {
    const ticks = [...added.values()].flat().flatMap((part) => [part.tickMin, part.tickMax]);
    const touched = [...new Set(ticks.map(dayOf))];
    const [day] = touched;
    if (added.size === 2 && touched.length === 1 && day !== undefined && day < days) {
      commitsByDay[day] = (commitsByDay[day] as number) + 1;
    } else {
      strays += 1;
    }
  }
  const wrong = commitsByDay.findIndex((count) => count !== 1);
  const what = "each day exactly one commit, over both tables";
  if (wrong !== -1) {
    return { what, ok: false, found: `${formatDay(wrong)}: ${commitsByDay[wrong]} commits` };
  }
  const found = strays === 0 ? `${days} days` : `${strays} commits of something else`;
  return { what, ok: strays === 0, found };
}

function checkParts({ listed, onDisk }: PublishedRun, named: ReadonlySet<string>): Check {
  const unnamed = onDisk.filter((path) => !named.has(path));
  const present = new Set(onDisk);
  const missing = [...named].filter((path) => !present.has(path));
  const shown = new Set([...listed.values()].flat());
  const unlisted = [...named].filter((path) => !shown.has(path)).length;
  const listedOnly = [...shown].filter((path) => !named.has(path)).length;
  const problems = [
    unnamed.length > 0 && `${unnamed.length} on disk that no record names, first ${unnamed[0]}`,
    missing.length > 0 && `${missing.length} missing, first ${missing[0]}`,
    unlisted + listedOnly > 0 && `${unlisted + listedOnly} differ between records and manifests`,
  ].filter((problem) => problem !== false);
  return {
    what: "parts on disk = parts in records = parts in manifest.json",
    ok: problems.length === 0,
    found: problems.join("; ") || `${onDisk.length} parts`,
  };
}

function checkSidecars({ sidecarCount }: PublishedRun): Check {
  return { what: "no recovery sidecar left", ok: sidecarCount === 0, found: `${sidecarCount}` };
}

function checkTotals(flights: DaySums, source: DaySums, days: number): Check[] {
  const delays = (sums: DaySums) => total(sumsOf(sums, "delay"));
  const whole = days === DAYS_ALL;
  return [
    compare("rows of flights", total(flights.rows), whole ? ROWS_ALL : total(source.rows)),
    compare("sum(delay)", delays(flights), whole ? DELAY_MINUTES_ALL : delays(source)),
  ];
}

function checkEveryDay(flights: DaySums, balance: DaySums, source: DaySums): Check[] {
  const pairs: readonly (readonly [what: string, left: Float64Array, right: Float64Array])[] = [
    ["flights = rows of the input", flights.rows, source.rows],
    ["delays = delays of the input", sumsOf(flights, "delay"), sumsOf(source, "delay")],
    ["departures = flights", sumsOf(balance, "departures"), flights.rows],
    ["arrivals = flights", sumsOf(balance, "arrivals"), flights.rows],
    ["delay_minutes = delays", sumsOf(balance, "delay_minutes"), sumsOf(flights, "delay")],
  ];
  return pairs.map(([what, left, right]) => {
    const day = left.findIndex((value, index) => value !== right[index]);
    const ok = day === -1;
    const found = ok
      ? `${left.length} days`
      : `${formatDay(day)}: ${left[day]} instead of ${right[day]}`;
    return { what: `every day: ${what}`, ok, found };
  });
}

function compare(what: string, found: number, expected: number): Check {
  const ok = found === expected;
  const text = found.toLocaleString("en-US");
  return { what, ok, found: ok ? text : `${text} instead of ${expected.toLocaleString("en-US")}` };
}
