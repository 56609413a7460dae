/** The commands in the order in which help lists them, each loaded when it is asked for. */
import type { AddCommand } from "./add-command.js";

export interface CommandEntry {
  readonly name: string;
  /** Options and arguments, as help shows them. */
  readonly usage: string;
  readonly description: string;
  readonly load: () => Promise<AddCommand>;
}

/** Help is told from this list alone: what commands import takes longer to load than help to print. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "import",
    usage: "[options] <file>",
    description: "import a CSV, NDJSON, Arrow or Parquet file into a table of a run, in one commit",
    load: async () => (await import("./import.js")).addImportCommand,
  },
  {
    name: "runs",
    usage: "[options]",
    description: "list the runs of the store",
    load: async () => (await import("./runs.js")).addRunsCommand,
  },
  {
    name: "show",
    usage: "[options] <run>",
    description: "show the version and the tables of a run",
    load: async () => (await import("./show.js")).addShowCommand,
  },
  {
    name: "log",
    usage: "[options] <run>",
    description: "list the commits of a run, newest first",
    load: async () => (await import("./log.js")).addLogCommand,
  },
  {
    name: "diff",
    usage: "[options] <run> <from> [to]",
    description: "show how many rows changed from one version to another",
    load: async () => (await import("./diff.js")).addDiffCommand,
  },
  {
    name: "merge",
    usage: "[options] <run> <from>",
    description: "merge a branch into another one, in one commit",
    load: async () => (await import("./merge.js")).addMergeCommand,
  },
  {
    name: "branch",
    usage: "[options] <run> [name]",
    description: "list the branches of a run, make one or delete one",
    load: async () => (await import("./branch.js")).addBranchCommand,
  },
  {
    name: "tag",
    usage: "[options] <run> [name]",
    description: "list the tags of a run, make one or delete one",
    load: async () => (await import("./tag.js")).addTagCommand,
  },
  {
    name: "recover",
    usage: "[options] <run>",
    description: "settle what writers that died left in a run",
    load: async () => (await import("./recover.js")).addRecoverCommand,
  },
  {
    name: "verify",
    usage: "[options] <run>",
    description: "look for damage; ends with 4 when there is some",
    load: async () => (await import("./verify.js")).addVerifyCommand,
  },
  {
    name: "repair",
    usage: "[options] <run>",
    description: "say what can be done about damage, and what is lost; does it with --yes",
    load: async () => (await import("./repair.js")).addRepairCommand,
  },
  {
    name: "optimize",
    usage: "[options] <run>",
    description: "merge small parts: the same rows in fewer files",
    load: async () => (await import("./optimize.js")).addOptimizeCommand,
  },
  {
    name: "cleanup",
    usage: "[options] <run>",
    description: "remove old versions and the files that only they name; a dry run without --yes",
    load: async () => (await import("./cleanup.js")).addCleanupCommand,
  },
  {
    name: "copy",
    usage: "[options] <run>",
    description: "copy a run with all its versions into another store",
    load: async () => (await import("./copy.js")).addCopyCommand,
  },
  {
    name: "export",
    usage: "[options] <run> <dir>",
    description: "write one version as plain files: Parquet, safetensors and others",
    load: async () => (await import("./copy.js")).addExportCommand,
  },
  {
    name: "scan",
    usage: "[options] <run> <table>",
    description: "print rows of a table",
    load: async () => (await import("./scan.js")).addScanCommand,
  },
  {
    name: "adopt",
    usage: "[options] <run>",
    description: "make a directory that the Python original wrote a run, in one commit",
    load: async () => (await import("./adopt.js")).addAdoptCommand,
  },
  {
    name: "publish",
    usage: "[options] <run>",
    description: "write the manifest.json of each table anew, from the log",
    load: async () => (await import("./publish.js")).addPublishCommand,
  },
  {
    name: "bundle",
    usage: "[options] <run>",
    description: "write bundle.manifest.json: what the run holds and how it came to be",
    load: async () => (await import("./bundle.js")).addBundleCommand,
  },
  {
    name: "tail",
    usage: "[options] <run>",
    description: "print the commits of a run as they happen, until Ctrl-C",
    load: async () => (await import("./tail.js")).addTailCommand,
  },
  {
    name: "settings",
    usage: "[options]",
    description: "show the settings that are in effect, and where each comes from",
    load: async () => (await import("./settings.js")).addSettingsCommand,
  },
];
