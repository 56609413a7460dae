/** The command line: global options, and the commands in the order in which help lists them. */
import { readFileSync } from "node:fs";
import { Command } from "commander";
import { COMMANDS } from "./commands/registry.js";
import type { GlobalOptions } from "./context.js";
import type { Terminal } from "./terminal.js";

const EXAMPLES = `
Examples:
  crv import flights.parquet --run 2001 --table flights --tick date --tick-unit minute \\
      --tick-origin 2001-01-01T00:00:00Z --bucket-size 1440
  crv runs
  crv show 2001
  crv log 2001 --table flights --limit 5
  crv branch 2001 what-if --at 12
  crv recover 2001 --dry-run
  crv verify 2001 --deep
  crv repair 2001
  crv cleanup 2001 --keep-versions 100
  crv scan 2001 flights --tick-max 1439 --columns tick,delay --format csv > day.csv
  crv publish 2001
  crv bundle 2001 --meta '{"seed":7}'
  crv settings

Results go to stdout, messages to stderr. Exit codes: 0 done, 1 unexpected, 2 wrong input or usage,
3 conflict, 4 damaged data, 5 try again, 6 cannot be done here.
`;

export function createProgram(terminal: Terminal): Command {
  const program = new Command("crv")
    .description("Look at, fill and recover the runs of a crv store.")
    .version(readVersion())
    .option("--root <dir>", 'directory of the store, default the setting root_dir, "out"')
    .option("--json", "machine-readable results", false)
    .helpCommand(false)
    .exitOverride()
    .configureHelp({ subcommandTerm: (command) => `${command.name()} ${command.usage()}` })
    .configureOutput({
      writeOut: (text) => void terminal.write(text),
      // An error is told once, by the caller, in the form of all others.
      writeErr: () => {},
    })
    .addHelpText("after", EXAMPLES);
  for (const { name, usage, description } of COMMANDS) {
    program.command(name).description(description).usage(usage);
  }
  program.hook("preSubcommand", (_, command) => loadCommand(command, terminal));
  return program;
}

/** Gives the command that was named its arguments, options and action. */
async function loadCommand(command: Command, terminal: Terminal): Promise<void> {
  const entry = COMMANDS.find(({ name }) => name === command.name());
  if (entry === undefined) return;
  const [addTo, { loadContext }] = await Promise.all([entry.load(), import("./context.js")]);
  const contextOf = () => loadContext(command.optsWithGlobals<GlobalOptions>(), terminal);
  addTo(command, contextOf, terminal);
}

function readVersion(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
