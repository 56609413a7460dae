/** What every command is given. */
import { IoSettings, openRun, type Run } from "crv";
import { jsonText } from "./format/json-text.js";
import { leftAsideLines } from "./format/left-aside.js";
import type { Terminal } from "./terminal.js";

export interface GlobalOptions {
  /** Undefined: the setting. */
  readonly root?: string;
  readonly json: boolean;
}

/** What a command writes to. */
export interface OutputContext {
  readonly json: boolean;
  readonly terminal: Terminal;
}

export interface CommandContext extends OutputContext {
  readonly root: string;
  readonly settings: IoSettings;
}

/** @throws IoConfigError for a setting that is wrong. */
export function loadContext({ root, json }: GlobalOptions, terminal: Terminal): CommandContext {
  const settings = IoSettings.load();
  return { root: root ?? settings.rootDir, json, settings, terminal };
}

/** Which branch, and which version of it. */
export interface Place {
  readonly branch?: string;
  readonly at?: string;
}

/**
 * Opens a run that exists. Nothing is written, so a command that looks never recovers. Where the
 * newest record is damaged, it says which version is shown instead; of a run of another program, that
 * it is one, and what of it is not read.
 */
export async function openForReading(
  { root, settings, terminal }: CommandContext,
  runId: string,
  { branch, at }: Place = {},
): Promise<Run> {
  const run = await openRun({
    root,
    runId,
    settings,
    mode: "readOnly",
    create: "never",
    ...(branch !== undefined && { branch }),
    ...(at !== undefined && { at }),
  });
  if (run.damagedAt !== undefined) {
    terminal.note(
      `record ${run.damagedAt} is damaged: what follows is version ${run.version}, the newest sound one`,
    );
  }
  if (run.foreign !== undefined) {
    terminal.note(
      `run ${runId} has no log: another program wrote it, or its log is lost; it is read as it is, and "crv adopt ${runId}" makes it a run of crv`,
    );
    for (const line of leftAsideLines(run.foreign)) terminal.note(line);
  }
  return run;
}

/** Opens a run that exists for writing, which settles what dead writers left in it. */
export function openForWriting(
  { root, settings }: CommandContext,
  runId: string,
  { branch }: Pick<Place, "branch"> = {},
): Promise<Run> {
  return openRun({
    root,
    runId,
    settings,
    create: "never",
    ...(branch !== undefined && { branch }),
  });
}

/** Writes one JSON document, or the text that stands for it. */
export async function writeResult(
  { json, terminal }: OutputContext,
  document: unknown,
  text: () => string,
): Promise<void> {
  await terminal.write(json ? `${jsonText(document, 2)}\n` : text());
}
