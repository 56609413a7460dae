/** The command line: global options, and the commands in the order in which help lists them. */
import { readFileSync } from "node:fs";
import { Command } from "commander";
import { addAdoptCommand } from "./commands/adopt.js";
import { addBranchCommand } from "./commands/branch.js";
import { addBundleCommand } from "./commands/bundle.js";
import { addCleanupCommand } from "./commands/cleanup.js";
import { addCopyCommands } from "./commands/copy.js";
import { addDiffCommand } from "./commands/diff.js";
import { addImportCommand } from "./commands/import.js";
import { addLogCommand } from "./commands/log.js";
import { addMergeCommand } from "./commands/merge.js";
import { addOptimizeCommand } from "./commands/optimize.js";
import { addPublishCommand } from "./commands/publish.js";
import { addRecoverCommand } from "./commands/recover.js";
import { addRepairCommand } from "./commands/repair.js";
import { addRunsCommand } from "./commands/runs.js";
import { addScanCommand } from "./commands/scan.js";
import { addSettingsCommand } from "./commands/settings.js";
import { addShowCommand } from "./commands/show.js";
import { addTagCommand } from "./commands/tag.js";
import { addTailCommand } from "./commands/tail.js";
import { addVerifyCommand } from "./commands/verify.js";
import { type CommandContext, type GlobalOptions, loadContext } from "./context.js";
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
    .configureOutput({
      writeOut: (text) => void terminal.write(text),
      // An error is told once, by the caller, in the form of all others.
      writeErr: () => {},
    })
    .addHelpText("after", EXAMPLES);
  const contextOf = (command: Command): CommandContext =>
    loadContext(command.optsWithGlobals<GlobalOptions>(), terminal);
  addImportCommand(program, contextOf);
  addRunsCommand(program, contextOf);
  addShowCommand(program, contextOf);
  addLogCommand(program, contextOf);
  addDiffCommand(program, contextOf);
  addMergeCommand(program, contextOf);
  addBranchCommand(program, contextOf);
  addTagCommand(program, contextOf);
  addRecoverCommand(program, contextOf);
  addVerifyCommand(program, contextOf);
  addRepairCommand(program, contextOf);
  addOptimizeCommand(program, contextOf);
  addCleanupCommand(program, contextOf);
  addCopyCommands(program, contextOf);
  addScanCommand(program, contextOf);
  addAdoptCommand(program, contextOf);
  addPublishCommand(program, contextOf);
  addBundleCommand(program, contextOf);
  addTailCommand(program, contextOf);
  addSettingsCommand(program, terminal);
  return program;
}

function readVersion(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
