/** One call of `crv`, from its arguments to its exit code. */
import { CommanderError } from "commander";
import { DamageFound } from "./damage-found.js";
import { EXIT_BY_ACTION, EXIT_INTERRUPTED, EXIT_OK } from "./exit-codes.js";
import { MergeRefused } from "./merge-refused.js";
import { createProgram } from "./program.js";
import type { Terminal } from "./terminal.js";

/** @param args Without the names of the interpreter and the program. Never rejects. */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  const program = createProgram(terminal);
  try {
    await program.parseAsync([...args], { from: "user" });
    return EXIT_OK;
  } catch (error) {
    if (error instanceof CommanderError && error.code === "commander.help") {
      // No command was named; help is then the result.
      program.outputHelp();
      return EXIT_OK;
    }
    if (error instanceof DamageFound) return EXIT_BY_ACTION.repair;
    if (error instanceof MergeRefused) return EXIT_BY_ACTION["fix-input"];
    if (terminal.signal.aborted) return endEarly(terminal);
    // commander throws for --help and --version, too.
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT_OK;
    // Loaded when there is a failure to tell of: it knows all errors of crv.
    const { describeFailure } = await import("./failure.js");
    const { exitCode, lines } = describeFailure(error);
    lines.forEach(terminal.note);
    return exitCode;
  }
}

/** A reader that went away needs no words; who pressed Ctrl-C is told that it was heard. */
function endEarly({ earlyExitCode, note }: Terminal): number {
  if (earlyExitCode === EXIT_INTERRUPTED) note("crv: interrupted");
  return earlyExitCode;
}
