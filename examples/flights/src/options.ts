/** The options of `npm start`. */
import { parseArgs } from "node:util";
import { DAYS_ALL } from "./calendar.js";
import { KILL_POINTS, type PhaseEvent, parseKillPoint } from "./kill-point.js";

export interface Options {
  readonly killAt: PhaseEvent | "none";
  /** Which day's commit is killed; counts from 1. */
  readonly killDay: number;
  /** How many days are replayed. */
  readonly days: number;
  readonly out: string;
  readonly fresh: boolean;
}

export const USAGE = `Replays three million flights into a crv run, is killed in the middle of a commit, recovers and
proves that nothing was lost.

  npm start [-- options]

  --kill-at POINT   where in a commit the replay is killed; default before-publish
                    ${KILL_POINTS.slice(0, 5).join(", ")},
                    ${KILL_POINTS.slice(5).join(", ")}
  --day N           in which day's commit, 1 to ${DAYS_ALL}; default the middle one
  --days N          how many days are replayed; default all ${DAYS_ALL}
  --out DIR         root of the store; default out
  --fresh           remove the runs of earlier starts first
  --help            this text
`;

/** What is wrong with the options, for the person who typed them. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** @returns undefined when help was asked for. @throws UsageError */
export function parseOptions(args: readonly string[]): Options | undefined {
  const values = readArguments(args);
  if (values.help) return undefined;
  const killAt = parseKillPoint(values["kill-at"]);
  if (killAt === undefined) {
    throw new UsageError(
      `--kill-at ${JSON.stringify(values["kill-at"])}: use one of ${KILL_POINTS.join(", ")}`,
    );
  }
  const days = wholeNumber("--days", values.days, DAYS_ALL) ?? DAYS_ALL;
  const killDay = wholeNumber("--day", values.day, days) ?? Math.ceil(days / 2);
  return { killAt, killDay, days, out: values.out, fresh: values.fresh };
}

function readArguments(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        "kill-at": { type: "string", default: "before-publish" },
        day: { type: "string" },
        days: { type: "string" },
        out: { type: "string", default: "out" },
        fresh: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function wholeNumber(name: string, text: string | undefined, max: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= max) return value;
  throw new UsageError(`${name} ${JSON.stringify(text)}: use a whole number from 1 to ${max}`);
}
