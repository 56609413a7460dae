/** `crv bundle`: writes the run bundle. */

import { InvalidArgumentError } from "commander";
import { type CommandContext, openForWriting, writeResult } from "../context.js";
import type { AddCommand } from "./add-command.js";

interface BundleOptions {
  readonly meta: Record<string, unknown>;
  readonly source?: string;
}

export const addBundleCommand: AddCommand = (command, contextOf) => {
  command
    .argument("<run>", "run id")
    .option("--meta <json>", "an object that the bundle carries", parseMeta, {})
    .option("--source <dir>", "directory of the program, whose git revision is noted")
    .action(async (runId: string, options: BundleOptions) =>
      writeBundle(contextOf(), runId, options),
    );
};

async function writeBundle(
  context: CommandContext,
  runId: string,
  { meta, source }: BundleOptions,
): Promise<void> {
  await using run = await openForWriting(context, runId);
  const bundle = await run.writeBundle({ meta, ...(source && { sourceDirectory: source }) });
  await writeResult(context, bundle, () => {
    const { tables, artifacts } = bundle;
    const files = Object.values(artifacts.lab).flat().length;
    const omitted = artifacts.omitted.map(({ path, reason }) => `left out ${path}: ${reason}\n`);
    return `${run.path}/bundle.manifest.json: version ${bundle.run_version}, ${Object.keys(tables).length} tables, ${files} artifacts\n${omitted.join("")}`;
  });
}

function parseMeta(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
  } catch {
    // told below
  }
  throw new InvalidArgumentError("it must be a JSON object, such as '{\"seed\": 7}'.");
}
