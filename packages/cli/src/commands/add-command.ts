/** What a command's module gives: its arguments, options and action, for a command that has its name. */
import type { Command } from "commander";
import type { CommandContext } from "../context.js";
import type { Terminal } from "../terminal.js";

/** @param contextOf Loads the settings, so that a wrong one fails no command that is asked for help. */
export type AddCommand = (
  command: Command,
  contextOf: () => CommandContext,
  terminal: Terminal,
) => void;
