/** How an error is told: one line that names it, one line that says what to do. */

import { CommanderError } from "commander";
import { CrvError, type ErrorAction } from "crv";
import { EXIT_BY_ACTION, EXIT_UNEXPECTED, EXIT_USAGE } from "./exit-codes.js";
import { escapeLine } from "./format/escape-text.js";

export interface Failure {
  readonly exitCode: number;
  /** For stderr. */
  readonly lines: readonly string[];
}

const HINTS: Readonly<Record<ErrorAction, string>> = {
  "fix-input": "change the input or the options, then run the command again",
  refresh: "the run has moved on; run the command again on its new state",
  repair: "stored data is damaged; keep a copy before anything else is done to it",
  retry: "the input is not at fault; run the command again",
  stop: "running it again will not help",
};

export function describeFailure(error: unknown): Failure {
  if (error instanceof CommanderError) return describeUsage(error);
  if (error instanceof CrvError) {
    return {
      exitCode: EXIT_BY_ACTION[error.action],
      lines: [
        `crv: ${escapeLine(error.message)}`,
        `hint: ${HINTS[error.action]} (${error.action}, ${error.code})`,
      ],
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  const place = error instanceof Error ? (error.stack?.split("\n")[1]?.trim() ?? "") : "";
  return {
    exitCode: EXIT_UNEXPECTED,
    lines: [
      `crv: unexpected: ${escapeLine(message)}`,
      `hint: this is a defect, please report it with the command (${escapeLine(place)})`,
    ],
  };
}

function describeUsage({ message }: CommanderError): Failure {
  const text = message.replace(/^error: /, "").replaceAll(/\s+/g, " ");
  return {
    exitCode: EXIT_USAGE,
    lines: [
      `crv: ${escapeLine(text)}`,
      `hint: crv --help, crv <command> --help (fix-input, USAGE)`,
    ],
  };
}
