#!/usr/bin/env node
/** The `crv` command: the process around `runCli`. */
import { runCli } from "./run-cli.js";
import { openTerminal } from "./terminal.js";

const terminal = openTerminal(process.stdout, process.stderr, (stop) =>
  process.once("SIGINT", stop),
);
process.exitCode = await runCli(process.argv.slice(2), terminal);
