/**
 * Planted bugs: each breaks one rule of docs/design/protocol.md by a small change of the sources, and
 * names the proof that must catch it. docs/proof.md lists those that cannot be expressed yet.
 */
import type { ProofName } from "./proofs.js";

export interface SourceEdit {
  /** Below `packages/`. */
  readonly file: string;
  /** Must be in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}

export interface PlantedBug {
  /** What the bug does. */
  readonly name: string;
  readonly caughtBy: ProofName;
  /** The writer or case of that proof that shows it: a test run plays this one alone. Default: all. */
  readonly within?: string;
  readonly edits: readonly SourceEdit[];
}

const CREATOR = "manifest/src/record-creator.ts";
const PROPOSAL = "manifest/src/proposal.ts";
const PUBLISHER = "manifest/src/publisher.ts";
const LOG = "manifest/src/commit-log.ts";
const SETTLE = "recovery/src/settle-operations.ts";
const SHOW_ARTIFACT = "recovery/src/show-artifact.ts";
const EXAMINE = "recovery/src/examine-operations.ts";
const TRIM = "engine/src/trim-log.ts";
const ROOTS = "engine/src/cleanup/roots.ts";
const PIPELINE = "engine/src/commit-pipeline.ts";
const DANGLING = "engine/src/constraints/find-dangling.ts";
const OPERATION = "engine/src/staged-operation.ts";
const STORAGE = "engine/src/engine-storage.ts";
const BEGIN = "engine/src/begin-operation.ts";
const PROBE = "engine/src/keys/key-probe.ts";
const ORDER = "engine/src/keys/key-order.ts";
const CANDIDATES = "engine/src/keys/candidate-parts.ts";
const MERGE = "engine/src/merge-rows.ts";
const LOAD = "io/src/write/load-tables.ts";
const TRANSACTION = "io/src/write/transaction.ts";
const VIEW = "io/src/write/transaction-view.ts";
const STORE = "storage-trait/src/testing/simulated-store.ts";
const DISK_WRITER = "storage-trait/src/testing/simulated-writer.ts";

/** Rule `resubmit` stands before the checks of an id at publish: those matter when it is left out. */
const NOT_ASKED_AT_BEGIN: SourceEdit = {
  file: BEGIN,
  find: "  if (entry === undefined) return undefined;\n",
  replace: "  if (entry !== undefined || entry === undefined) return undefined;\n",
};

export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: "the record is not synced",
    caughtBy: "loss of power",
    within: "append to one table",
    edits: [
      {
        file: CREATOR,
        find: "outcome = await store.create(key, body, { durability, after });",
        replace: 'outcome = await store.create(key, body, { durability: "process", after });',
      },
    ],
  },
  {
    name: "parts are not synced",
    caughtBy: "loss of power",
    within: "append to one table",
    edits: [
      {
        file: PIPELINE,
        find: "    this.#unsynced.add(key);\n",
        replace: "",
      },
    ],
  },
  {
    name: "the directory of a new object is not synced before it is acknowledged",
    caughtBy: "loss of power",
    within: "append to one table",
    edits: [
      {
        file: STORE,
        find: 'if (durability === "full") await this.#writer.syncDirectory("create", parentOf(key));',
        replace: "",
      },
    ],
  },
  {
    name: "the entry of a new directory is not synced",
    caughtBy: "loss of power",
    within: "append to one table",
    edits: [
      {
        file: DISK_WRITER,
        find: "      await this.syncDirectory(verb, parentOf(directory));\n",
        replace: "",
      },
    ],
  },
  {
    name: "a commit is published before its parts are sealed",
    caughtBy: "random universes",
    edits: [
      {
        file: STORE,
        find: "    return this.#publish(key, temporary, seal, durability);\n",
        replace: `    const published = this.#publish(key, temporary, seal, durability);
    if (!key.startsWith("tables/")) return published;
    published.catch(() => undefined);
    return { kind: "created", seal };
`,
      },
    ],
  },
  {
    name: "the sidecar is written after the parts",
    caughtBy: "crash windows",
    within: "append to one table",
    edits: [
      {
        file: OPERATION,
        find: "        await this.#pipeline.arm(kind, ",
        replace: `        const written = await this.#pipeline.writePart(descriptor, bucket, [batch]);
        await this.#pipeline.arm(kind, `,
      },
      {
        file: OPERATION,
        find: "        return this.#pipeline.writePart(descriptor, bucket, [batch]);\n",
        replace: "        return written;\n",
      },
    ],
  },
  {
    name: "parts are removed when the outcome is unknown",
    caughtBy: "faults",
    edits: [
      { file: PIPELINE, find: '} else if (outcome.kind !== "unknown") {', replace: "} else {" },
    ],
  },
  {
    name: "a conflict is reported when the outcome is unknown",
    caughtBy: "faults",
    edits: [
      {
        file: PUBLISHER,
        find: 'for (const w of free) w.resolve({ kind: "unknown", operation: w.proposal.ref, cause });',
        replace: `void cause;
        for (const w of free) w.resolve({ kind: "conflict", conflict: { kind: "BelowFloor", floor: 1 } });`,
      },
    ],
  },
  {
    name: "an operation is resolved without a fence",
    caughtBy: "faults",
    edits: [
      {
        file: STORAGE,
        find: "    if (entry)\n      return { kind: entry.kind",
        replace: `    if (!entry) return { kind: "aborted", version: state.version };
    if (entry)
      return { kind: entry.kind`,
      },
    ],
  },
  {
    name: "a roll-back removes parts before it fences",
    caughtBy: "random universes",
    edits: [
      {
        file: SETTLE,
        find: "  const { fenced, left, others } = await fence(context, group);\n",
        replace: `  await removeStaged(context, group);
  const { fenced, left, others } = await fence(context, group);
`,
      },
    ],
  },
  {
    name: "a roll-back does not fence",
    caughtBy: "every schedule",
    within: "a writer whose lease runs out, and a recoverer",
    edits: [
      {
        file: SETTLE,
        find: "  const { fenced, left, others } = await fence(context, group);\n",
        replace: `  void fence;
  const { fenced, left, others } = { fenced: group, left: [], others: [] };
`,
      },
    ],
  },
  {
    name: "a roll-back leaves its sidecar",
    caughtBy: "crash windows",
    within: "append to one table",
    edits: [
      {
        file: SETTLE,
        find: "    await context.residual.removeSidecar(ref);\n  }\n",
        replace: "  }\n",
      },
    ],
  },
  {
    name: "a torn sidecar stops recovery",
    caughtBy: "crash windows",
    within: "recovery of a torn sidecar",
    edits: [
      {
        file: EXAMINE,
        find: 'const TORN: readonly ErrorCode[] = ["CORRUPT", "LIMIT_EXCEEDED"];',
        replace: "const TORN: readonly ErrorCode[] = [];",
      },
    ],
  },
  {
    name: "recovery reads the views after the root",
    caughtBy: "random universes",
    edits: [
      {
        file: EXAMINE,
        find: "  const state = await context.log.refresh();\n",
        replace: "  const { state } = context.log;\n",
      },
    ],
  },
  {
    name: "recovery brings up views before its audit entry",
    caughtBy: "crash windows of recovery",
    within: "recovery, roll-forward",
    edits: [
      {
        file: SETTLE,
        find: "  if (isBehind(examined)) {\n",
        replace: `  for (const table of behind) await showTable(context, table);
  if (isBehind(examined)) {
`,
      },
    ],
  },
  {
    name: "a roll-forward is audited again by every recovery",
    caughtBy: "crash windows of recovery",
    within: "append to one table",
    edits: [
      {
        file: PUBLISHER,
        find: ": state.ledger.isAudited(id, state.version);",
        replace: ": false;",
      },
    ],
  },
  {
    name: "a fence that lost its number is published without looking again",
    caughtBy: "every schedule",
    within: "two recoverers of a dead writer",
    edits: [
      {
        file: PUBLISHER,
        find: "const open = withoutSuperseded(recovery, state);",
        replace: "const open = attempts > 0 ? recovery : withoutSuperseded(recovery, state);",
      },
    ],
  },
  {
    name: "views that lag without a sidecar are left at open",
    caughtBy: "crash windows",
    within: "overwrite with nothing",
    edits: [
      {
        file: "recovery/src/sweep.ts",
        find: "  if (options.views && !context.branch) await sweepViews(context);\n",
        replace: "  void [options, sweepViews];\n",
      },
    ],
  },
  {
    name: "a record of another is built on before it is durable",
    caughtBy: "loss of power",
    within: "recovery of rows, tensors and a file, roll-forward",
    edits: [
      {
        file: LOG,
        find: "    await store.makeDurable(formatRecordKey(version));\n",
        replace: "    void store;\n",
      },
    ],
  },
  {
    name: "a record appears before the one that it follows is durable",
    caughtBy: "loss of power",
    within: "append on a record that awaits its sync",
    edits: [
      {
        file: PUBLISHER,
        find: "return undurable === undefined ? parts : [...parts, undurable];",
        replace: "return undurable === undefined ? parts : parts;",
      },
    ],
  },
  {
    name: "an operation that was aborted commits",
    caughtBy: "random universes",
    edits: [
      {
        file: PROPOSAL,
        find: 'if (settled?.kind === "aborted") {',
        replace: "if (!settled && settled) {",
      },
    ],
  },
  {
    name: "an operation that landed commits again",
    caughtBy: "random universes",
    edits: [
      NOT_ASKED_AT_BEGIN,
      {
        file: PROPOSAL,
        find: 'if (settled?.kind === "landed") return',
        replace: "if (!settled && settled) return",
      },
    ],
  },
  {
    name: "an id is searched only in records since its base",
    caughtBy: "random universes",
    edits: [
      NOT_ASKED_AT_BEGIN,
      {
        file: PROPOSAL,
        find: 'if (settled?.kind === "landed") return',
        replace: 'if (settled?.kind === "landed" && settled.version > proposal.ref.base) return',
      },
    ],
  },
  {
    name: "a group commits also those of it that were fenced",
    caughtBy: "random universes",
    edits: [
      {
        file: PUBLISHER,
        find: 'judged.filter(({ says }) => says.kind === "free")',
        replace: 'judged.filter(({ says }) => says.kind === "free" || group.length > 1)',
      },
    ],
  },
  {
    name: "what a transaction read is not checked at its commit",
    caughtBy: "histories",
    edits: [
      {
        file: PROPOSAL,
        find: "if (expected !== null && (table?.contentVersion ?? 0) > expected) {",
        replace: "if (expected !== null && (table?.contentVersion ?? 0) > Infinity) {",
      },
    ],
  },
  {
    name: "what a constraint read does not join the read set",
    caughtBy: "every schedule",
    within: "a row, and the deletion of what it refers to",
    edits: [
      {
        file: OPERATION,
        find: "for (const table of reads) this.#expect(table, tableVersionOf(this.#base, table));",
        replace: "void reads;",
      },
    ],
  },
  {
    name: "a reference is checked on the base, not on what the commit will produce",
    caughtBy: "crash windows",
    within: "append under constraints",
    edits: [
      {
        file: DANGLING,
        find: "const keys = keysOf(referenced, referenced.parts);",
        replace: "const keys = keysOf(referenced, referenced.kept);",
      },
    ],
  },
  {
    name: "a table that references another since is not looked for",
    caughtBy: "every schedule",
    within: "a table with a row, and the deletion of what it refers to",
    edits: [
      {
        file: PROPOSAL,
        find: "if (newcomer !== undefined) return newcomer;",
        replace: "void newcomer;",
      },
    ],
  },
  {
    name: "an append goes on over a table that moved without being checked again",
    caughtBy: "every schedule",
    within: "two appends of one unique key",
    edits: [
      {
        file: OPERATION,
        find: 'if (changed.length > 0 && mode !== "content-preserving") {',
        replace: "if (changed.length > 0 && this.#base.version === this.ref.base) {",
      },
    ],
  },
  {
    name: "parts are rebased over a table that was declared otherwise",
    caughtBy: "every schedule",
    within: "two that declare one table differently",
    edits: [
      {
        file: PROPOSAL,
        find: "return fitsTable(table, descriptor) &&",
        replace: "return fitsTable(table, table.descriptor) &&",
      },
    ],
  },
  {
    name: "a record created below the floor counts as a commit",
    caughtBy: "every schedule",
    within: "a writer, and another that commits and trims the log",
    edits: [
      {
        file: CREATOR,
        find: "(await readFloor(store)) > record.version",
        replace: "(await readFloor(store)) > Number.POSITIVE_INFINITY",
      },
    ],
  },
  {
    name: "the floor is raised after records are removed",
    caughtBy: "crash windows",
    within: "log trimming",
    edits: [
      { file: TRIM, find: "  if (floor > 1) await raiseFloor(store, floor);\n", replace: "" },
      {
        file: TRIM,
        find: "await residual.removeUnreferenced(keys, floor);\n",
        replace:
          "await residual.removeUnreferenced(keys, floor);\n  if (floor > 1) await raiseFloor(store, floor);\n",
      },
    ],
  },
  {
    name: "a checkpoint forgets the ids of the records below it",
    caughtBy: "random universes",
    edits: [
      {
        file: "manifest/src/checkpoint.ts",
        find: "    settled: [...state.ledger.settled(state.version)]",
        replace: "    settled: [...state.ledger.settled(0)]",
      },
    ],
  },
  {
    name: "a reader does not look at the floor after it read records",
    caughtBy: "every schedule",
    within: "a writer, and another that commits and trims the log",
    edits: [
      {
        file: LOG,
        find: "const isFreed = async () => (await readFloor(this.#reader)) > base.version + 1;",
        replace: "const isFreed = async () => (await readFloor(this.#reader)) < 0;",
      },
    ],
  },
  {
    name: "a transaction does not see what it staged",
    caughtBy: "random universes",
    edits: [
      {
        file: "engine/src/table-draft.ts",
        find: "return [...this.kept, ...this.#added];",
        replace: "return [...this.kept];",
      },
    ],
  },
  {
    name: "of several rows with one key the first is merged",
    caughtBy: "model of the run",
    edits: [
      {
        file: MERGE,
        find: "new Map(keys.map((key, row) => [key, row]));",
        replace: "new Map(keys.map((key, row) => [key, row] as const).reverse());",
      },
    ],
  },
  {
    name: "a merge keeps the rows that it replaces",
    caughtBy: "random universes",
    edits: [
      {
        file: "engine/src/merge-rows.ts",
        find: "      return dropRows(found, dropped);\n",
        replace: "      return dropRows(found, dropped.subarray(0, 0));\n",
      },
    ],
  },
  {
    name: "a change does not see what its transaction inserted",
    caughtBy: "model of the run",
    edits: [
      {
        file: OPERATION,
        find: "const candidates = await choose(draft.parts);",
        replace: `const own = new Set(draft.added);
      const candidates = await choose(draft.parts.filter((part) => !own.has(part)));`,
      },
    ],
  },
  {
    name: "who opens a log does not look at the floor again when its checkpoint is gone",
    caughtBy: "every schedule",
    within: "a process that opens a trimmed log, and another that trims it again",
    edits: [
      {
        file: LOG,
        find: "    if (floor > last || (await readFloor(this.#reader)) > floor) return undefined;\n",
        replace: "",
      },
    ],
  },
  {
    name: "a table that was found missing is not part of what was read",
    caughtBy: "model of the run",
    edits: [
      { file: VIEW, find: "    foundMissing: (table) => operation.expect(table),\n", replace: "" },
      {
        file: TRANSACTION,
        find: "      this.#operation.expect(descriptor.name);\n",
        replace: "",
      },
    ],
  },
  {
    name: "keys are hashed another way when they are looked for",
    caughtBy: "crash windows",
    within: "append under constraints",
    edits: [
      {
        file: PROBE,
        find: "this.#hash(bytesOf(row))",
        replace: "this.#hash(bytesOf(row).subarray(1))",
      },
    ],
  },
  {
    name: "a key filter is trusted without its seal",
    caughtBy: "damaged key filters",
    edits: [
      {
        file: CANDIDATES,
        find: "if (bytes === undefined || bytes.byteLength !== sizeBytes) return undefined;",
        replace: "if (bytes === undefined) return undefined;",
      },
      {
        file: CANDIDATES,
        find: "(await digestOf(bytes)) === digest ? bytes : undefined",
        replace: "(await digestOf(bytes)) === digest ? bytes : bytes",
      },
    ],
  },
  {
    name: "the last key of a range is not looked for",
    caughtBy: "crash windows",
    within: "append of a row with the row that it refers to",
    edits: [
      {
        file: ORDER,
        find: "(orderOf(value, max) ?? 0) > 0",
        replace: "(orderOf(value, max) ?? 0) >= 0",
      },
    ],
  },
  {
    name: "recovery leaves key filters behind",
    caughtBy: "crash windows",
    within: "append of a part with a key filter beside it",
    edits: [
      {
        file: SETTLE,
        find: "/\\/part-([0-9a-f]{24})[^/]*$/.exec(key)",
        replace: "/\\/part-([0-9a-f]{24})[^/]*parquet$/.exec(key)",
      },
    ],
  },
  {
    name: "a load commits the tables that did not fail",
    caughtBy: "model of the run",
    edits: [
      {
        file: LOAD,
        find: "  if (failures.length > 0) throw failures[0];\n",
        replace:
          "  if (failures.length === loads.length && failures.length > 0) throw failures[0];\n",
      },
    ],
  },
  {
    name: "an append lands though a column was dropped and added again since",
    caughtBy: "change of columns",
    edits: [
      {
        file: PROPOSAL,
        find: "table.describedAt > readAt)",
        replace: "table.describedAt > readAt + 99)",
      },
    ],
  },
  {
    name: "a column that was dropped comes back when one of its name is added",
    caughtBy: "change of columns",
    edits: [
      {
        file: "manifest/src/run-state.ts",
        find: "map((part) => withoutColumns(part, dropped))",
        replace: "map((part) => withoutColumns(part, new Set()))",
      },
    ],
  },
  {
    name: "a change of columns does not look at what others did to the table",
    caughtBy: "change of columns",
    edits: [
      {
        file: PROPOSAL,
        find: "      if (actual !== expected) {",
        replace: "      if (actual < expected) {",
      },
      {
        file: PROPOSAL,
        find: "if (expected !== null && (table?.contentVersion ?? 0) > expected) {",
        replace: "if (expected !== null && (table?.contentVersion ?? 0) > expected + 99) {",
      },
    ],
  },
  {
    name: "the paths of own commits are not known",
    caughtBy: "files of other programs",
    edits: [
      { file: "manifest/src/run-state.ts", find: "  state.paths.add(record);\n", replace: "" },
    ],
  },
  {
    name: "a file that another process registered meanwhile is registered again",
    caughtBy: "files of other programs",
    edits: [
      {
        file: PROPOSAL,
        find: "edit.add.some(({ path }) => state.paths.has(path, state.version))",
        replace: "edit.add.some(({ path }) => state.paths.has(path, 0))",
      },
    ],
  },
  {
    name: "a batch that another wrote meanwhile is replaced",
    caughtBy: "random universes",
    edits: [
      {
        file: PROPOSAL,
        find: 'if (actual !== expected) return { kind: "ArtifactChanged"',
        replace: 'if (actual < expected) return { kind: "ArtifactChanged"',
      },
    ],
  },
  {
    name: "a file that was read may have changed",
    caughtBy: "a file that is read",
    edits: [
      {
        file: OPERATION,
        find: "    this.#artifacts.draft.expect(name);\n",
        replace: "",
      },
    ],
  },
  {
    name: "recovery leaves members of artifacts behind",
    caughtBy: "crash windows",
    within: "transaction of rows, tensors and a file",
    edits: [
      {
        file: SETTLE,
        find: "group.some(({ sidecar }) => sidecar?.artifacts)",
        replace: "group.some(({ sidecar }) => sidecar?.artifacts === undefined)",
      },
    ],
  },
  {
    name: "views of members that are gone stay",
    caughtBy: "crash windows",
    within: "replacement of tensors, removal of a file",
    edits: [
      {
        file: SHOW_ARTIFACT,
        find: "    if (gone.length > 0) await residual.removeViews(gone);\n",
        replace: "    if (gone.length < 0) await residual.removeViews(gone);\n",
      },
    ],
  },
  {
    name: "a writer that died leaves its artifacts unshown",
    caughtBy: "crash windows",
    within: "transaction of rows, tensors and a file",
    edits: [
      {
        file: SETTLE,
        find: "  for (const name of artifactsBehind) await showArtifact(context, name, since);\n",
        replace: "  void artifactsBehind, showArtifact, since;\n",
      },
    ],
  },
  {
    name: "cleanup does not look at sidecars",
    caughtBy: "every schedule",
    within: "an append and a cleanup",
    edits: [
      {
        file: ROOTS,
        find: "return [leases(context), operations(context)];",
        replace: "return operations.length > 0 ? [leases(context)] : [];",
      },
    ],
  },
  {
    name: "cleanup does not look at leases",
    caughtBy: "every schedule",
    within: "a reader that holds a version, and a cleanup",
    edits: [
      {
        file: ROOTS,
        find: "return [leases(context), operations(context)];",
        replace: "return leases.length > 0 ? [operations(context)] : [];",
      },
    ],
  },
  {
    name: "cleanup does not ask for leases again once the floor is durable",
    caughtBy: "every schedule",
    within: "a reader that holds a version, and a cleanup",
    edits: [
      {
        file: "engine/src/cleanup/cleanup-run.ts",
        find: "const unreferenced = held < floor ? [] : ",
        replace: "const unreferenced = held < 0 ? [] : ",
      },
    ],
  },
  {
    name: "names of parts are not those of their branch",
    caughtBy: "branches",
    edits: [
      {
        file: "core/src/disk-names.ts",
        find: "const text = branch === undefined",
        replace: "const text = branch === undefined || operation !== undefined",
      },
    ],
  },
  {
    name: "a trimming does not look for names",
    caughtBy: "branches",
    edits: [
      {
        file: "engine/src/branches/keep-pinned.ts",
        find: "for (const point of pinnedPoints(refs ?? NO_REFS)) {",
        replace: "for (const point of pinnedPoints(refs ? NO_REFS : NO_REFS)) {",
      },
    ],
  },
  {
    name: "who names a version does not look at the floor afterwards",
    caughtBy: "branches",
    edits: [
      {
        file: "engine/src/branches/change-refs.ts",
        find: "  if (floor <= version) return;\n",
        replace: "  if (floor <= version || floor > version) return;\n",
      },
    ],
  },
  {
    name: "a writer does not look whether its branch lives",
    caughtBy: "branches",
    edits: [
      {
        file: PUBLISHER,
        find: "if (await living.isLiving()) return outcome;",
        replace: "if (living !== undefined) return outcome;",
      },
    ],
  },
  {
    name: "only the branch that is opened is swept",
    caughtBy: "branches",
    edits: [
      {
        file: "engine/src/branches/sweep-branches.ts",
        find: "if (name === branch.name) continue;",
        replace: "if (name !== undefined) continue;",
      },
    ],
  },
  {
    name: "a merge takes over parts of a branch that was deleted",
    caughtBy: "merges",
    edits: [
      {
        file: "manifest/src/proposal.ts",
        find: "  const isLiving = branchNameOf(state.refs, branchId) !== undefined;\n",
        replace: "  const isLiving = branchNameOf(state.refs, branchId) !== null;\n",
      },
    ],
  },
  {
    name: "what is merged into a branch is not held meanwhile",
    caughtBy: "merges",
    edits: [
      {
        file: "engine/src/merge/hold-merged.ts",
        find: "  if (context.branch.name === MAIN_BRANCH) return undefined;\n",
        replace: "  if (context.branch.name !== theirs.branch.name) return undefined;\n",
      },
    ],
  },
  {
    name: "a merge takes theirs where both changed a row",
    caughtBy: "merges",
    edits: [
      {
        file: "engine/src/merge/classify-rows.ts",
        find: 'if (!isContested && !isOurs) return { kind: "take" };',
        replace: 'if (!isContested) return { kind: "take" };',
      },
    ],
  },
  {
    name: "a merge looks at one of several bases",
    caughtBy: "merges",
    edits: [
      {
        file: "engine/src/merge/side.ts",
        find: "  if (first) return [first, ...others];\n",
        replace: "  if (first) return others.length < 0 ? [first, ...others] : [first];\n",
      },
    ],
  },
  {
    name: "a merge does not say what it held of other branches",
    caughtBy: "merges",
    edits: [
      {
        file: "manifest/src/run-state.ts",
        find: "record.merged ? withPoints(state.lineage, record.merged) : state.lineage",
        replace: "record.merged ? withPoints(state.lineage, []) : state.lineage",
      },
    ],
  },
  {
    name: "repair leaves operations that go on from lost versions",
    caughtBy: "crash windows of repair",
    within: "repair of a zeroed newest record",
    edits: [
      {
        file: "engine/src/repair/log-facts.ts",
        find: "if (base !== undefined && base > head) sidecars",
        replace: "if (base !== undefined && base < 0) sidecars",
      },
    ],
  },
];
