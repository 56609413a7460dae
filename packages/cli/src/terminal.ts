/**
 * The process's streams as commands use them: results on stdout, everything said about them on
 * stderr. A reader that has seen enough (`crv scan … | head`) ends the command, and is no error.
 */
import { once } from "node:events";
import type { WriteStream } from "node:tty";
import { EXIT_INTERRUPTED, EXIT_OK } from "./exit-codes.js";

export interface Terminal {
  /** Whether a person sees stdout. */
  readonly showsOutput: boolean;
  /** Whether a person sees stderr. */
  readonly showsNotes: boolean;
  /** Aborts when the command should end early. */
  readonly signal: AbortSignal;
  /** Exit code of the early end that `signal` tells of. */
  readonly earlyExitCode: number;
  /** Writes to stdout; resolves when more can be written. */
  write(text: string): Promise<void>;
  /** Writes one line to stderr. */
  note(line: string): void;
}

type Output = Pick<WriteStream, "write" | "on" | "once" | "isTTY"> & NodeJS.WritableStream;

/** @param onInterrupt Registers what happens when the user presses Ctrl-C. */
export function openTerminal(
  stdout: Output,
  stderr: Output,
  onInterrupt: (stop: () => void) => void,
): Terminal {
  const controller = new AbortController();
  let earlyExitCode = EXIT_OK;
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    controller.abort();
  });
  onInterrupt(() => {
    earlyExitCode = EXIT_INTERRUPTED;
    controller.abort();
  });
  return {
    showsOutput: stdout.isTTY === true,
    showsNotes: stderr.isTTY === true,
    signal: controller.signal,
    get earlyExitCode() {
      return earlyExitCode;
    },
    async write(text) {
      controller.signal.throwIfAborted();
      if (!stdout.write(text)) await once(stdout, "drain", { signal: controller.signal });
    },
    note: (line) => void stderr.write(`${line}\n`),
  };
}
