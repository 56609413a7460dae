/** The options of the command. */
import { parseArgs } from "node:util";
import type { SimulationOptions } from "./simulate.js";

export const USAGE = `Simulates a market of agents into a crv run.

  --agents N   default 1000
  --ticks N    default 200
  --seed N     default 1
  --out DIR    root of the store; default out
`;

/** @throws TypeError naming the option. */
export function parseOptions(args: readonly string[]): SimulationOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      agents: { type: "string", default: "1000" },
      ticks: { type: "string", default: "200" },
      seed: { type: "string", default: "1" },
      out: { type: "string", default: "out" },
    },
  });
  const count = (name: "agents" | "ticks" | "seed"): number => {
    const value = Number(values[name]);
    if (/^\d+$/.test(values[name]) && Number.isSafeInteger(value)) return value;
    throw new TypeError(`--${name} must be a whole number (got: ${values[name]})`);
  };
  return {
    root: values.out,
    agents: count("agents"),
    ticks: count("ticks"),
    seed: count("seed"),
  };
}
