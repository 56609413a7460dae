/** What every command is given. */
import { openRun, type Run } from "crv";
import { jsonText } from "./format/json-text.js";
import type { Terminal } from "./terminal.js";

export interface GlobalOptions {
  readonly root: string;
  readonly json: boolean;
}

export interface CommandContext extends GlobalOptions {
  readonly terminal: Terminal;
}

/**
 * Opens a run that exists. Nothing is written, so a command that looks never recovers. Where the
 * newest record is damaged, it says which version is shown instead.
 */
export async function openForReading(
  { root, terminal }: CommandContext,
  runId: string,
): Promise<Run> {
  const run = await openRun({ root, runId, mode: "readOnly", create: "never" });
  if (run.damagedAt !== undefined) {
    terminal.note(
      `record ${run.damagedAt} is damaged: what follows is version ${run.version}, the newest sound one`,
    );
  }
  return run;
}

/** Opens a run that exists for writing, which settles what dead writers left in it. */
export function openForRecovery({ root }: GlobalOptions, runId: string): Promise<Run> {
  return openRun({ root, runId, create: "never" });
}

/** Writes one JSON document, or the text that stands for it. */
export async function writeResult(
  { json, terminal }: CommandContext,
  document: unknown,
  text: () => string,
): Promise<void> {
  await terminal.write(json ? `${jsonText(document, 2)}\n` : text());
}
