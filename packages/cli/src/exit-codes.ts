/** What the exit code of `crv` says. Stable; documented in docs/cli.md. */
import type { ErrorAction } from "crv";

export const EXIT_OK = 0;
/** A defect, ours or a library's: not an error that crv throws on purpose. */
export const EXIT_UNEXPECTED = 1;
/** Wrong use of the command line. The same as wrong input. */
export const EXIT_USAGE = 2;
/** Ended by SIGINT, as shells say it: 128 + 2. */
export const EXIT_INTERRUPTED = 130;

/** One code per thing that the caller should do. */
export const EXIT_BY_ACTION: Readonly<Record<ErrorAction, number>> = {
  "fix-input": EXIT_USAGE,
  refresh: 3,
  repair: 4,
  retry: 5,
  stop: 6,
};
