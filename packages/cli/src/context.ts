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

/** Opens a run that exists. Nothing is written, so a command that looks never recovers. */
export function openForReading({ root }: GlobalOptions, runId: string): Promise<Run> {
  return openRun({ root, runId, mode: "readOnly", create: "never" });
}

/** Writes one JSON document, or the text that stands for it. */
export async function writeResult(
  { json, terminal }: CommandContext,
  document: unknown,
  text: () => string,
): Promise<void> {
  await terminal.write(json ? `${jsonText(document, 2)}\n` : text());
}
