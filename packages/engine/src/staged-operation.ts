/**
 * Staged operations: what was staged so far, and the one commit that makes it visible.
 * Source: docs/design/protocol.md, "Commit"; the contract is StagedOperation of @crv/storage-trait.
 */
import {
  type Artifact,
  type ArtifactName,
  type CommitOutcome,
  hasConstraints,
  type ObjectKey,
  type OperationRef,
  type PartEntry,
  type Predicate,
  type TableKey,
  type TableVersion,
} from "@crv/core";
import { arrowSchema } from "@crv/core/arrow";
import {
  type MergeEdit,
  type Proposal,
  type RunState,
  STRICT_RETRIES_MAX,
  tableVersionOf,
} from "@crv/manifest";
import type {
  MemberInput,
  OperationIntent,
  ScanRequest,
  SchemaChange,
  StagedHandle,
  StagedOperation,
  StageKind,
} from "@crv/storage-trait";
import type { RecordBatch } from "apache-arrow";
import { followedBy, inChunks } from "./batch-stream.js";
import { deleteRows, updateRows } from "./change-rows.js";
import { CommitPipeline } from "./commit-pipeline.js";
import { checkConstraints } from "./constraints/check-constraints.js";
import { type EngineContext, enterOperation, leaveOperation } from "./engine-context.js";
import { registerFiles } from "./foreign/register-files.js";
import { partsThatMayHold } from "./keys/candidate-parts.js";
import type { MergedParts } from "./merge/merged-parts.js";
import { checkHasKey, prepareMerge } from "./merge-rows.js";
import { mayRecheck, rebaseOnto } from "./rebase-operation.js";
import { type ChangeBatch, type RewriteReport, rewriteParts } from "./rewrite-parts.js";
import { planTable, type TablePlan } from "./scan/plan.js";
import { pruneParts } from "./scan/prune.js";
import { scanTable } from "./scan/scan-table.js";
import { operationEnded, unknownTable } from "./stage-errors.js";
import { stageRows } from "./stage-rows.js";
import { stageSchema } from "./stage-schema.js";
import { StagedArtifacts } from "./staged-artifacts.js";
import { countRows, operationKind, stagedHandle, sumOf } from "./staged-handle.js";
import { isStale } from "./stale-outcome.js";
import { TableDraft } from "./table-draft.js";

export class EngineOperation implements StagedOperation {
  readonly ref: OperationRef;
  /** Writes the sidecar before anything is staged: by it others see that the operation is under way. */
  readonly arm = (writerKind: string): Promise<void> => this.#pipeline.armArtifacts(writerKind);
  readonly #context: EngineContext;
  readonly #intent: OperationIntent;
  #base: RunState;
  readonly #pipeline: CommitPipeline;
  readonly #drafts = new Map<TableKey, TableDraft>();
  readonly #artifacts: StagedArtifacts;
  readonly #expected = new Map<TableKey, TableVersion | null>();
  readonly #kinds = new Set<StageKind>();
  readonly settled: CommitOutcome | undefined;
  readonly #merge: MergeEdit | undefined;
  /** Stage calls that hold rows: they share the budget of the operation. */
  #holding = 0;
  /** Whether rows may depend on something that was read. */
  #hasRead = false;
  #done = false;

  constructor(
    context: EngineContext,
    ref: OperationRef,
    intent: OperationIntent,
    base: RunState,
    settled?: CommitOutcome,
    merge?: MergeEdit,
  ) {
    this.ref = ref;
    this.#context = context;
    this.#intent = intent;
    this.#base = base;
    this.settled = settled;
    this.#merge = merge;
    this.#pipeline = new CommitPipeline(context, ref, intent.actor ?? null);
    this.#artifacts = new StagedArtifacts(context, this.#pipeline, base);
    enterOperation(context, ref, intent.mode);
  }

  async stageAppend(table: TableKey, rows: AsyncIterable<RecordBatch>): Promise<StagedHandle> {
    return this.#stage("append", table, this.#intent.mode === "strict", async (draft) => ({
      removed: [],
      added: await this.#write(draft, rows),
      touched: 0,
    }));
  }

  async stageOverwrite(table: TableKey, rows: AsyncIterable<RecordBatch>): Promise<StagedHandle> {
    return this.#stage("overwrite", table, true, async (draft) => {
      const removed = draft.parts;
      const added = await this.#write(draft, rows);
      return { removed, added, touched: countRows(removed) };
    });
  }

  async stageMerge(table: TableKey, rows: AsyncIterable<RecordBatch>): Promise<StagedHandle> {
    checkHasKey(this.#draft(table).descriptor);
    const handles: StagedHandle[] = [];
    for await (const chunk of inChunks(arrowSchema(this.#draft(table).descriptor), rows)) {
      handles.push(await this.#stageMerged(table, chunk));
    }
    return sumOf("merge", table, handles);
  }

  async stageDelete(table: TableKey, where: Predicate): Promise<StagedHandle> {
    return this.#stageWhere("delete", table, where, deleteRows(where));
  }

  async stageUpdate(table: TableKey, where: Predicate, set: RecordBatch): Promise<StagedHandle> {
    const schema = arrowSchema(this.#draft(table).descriptor);
    return this.#stageWhere("update", table, where, updateRows(where, set, schema));
  }

  /** @param known Entries of files that were examined already. */
  async stageFiles(table: TableKey, paths: readonly ObjectKey[], known?: readonly PartEntry[]) {
    return this.#stage("files", table, this.#intent.mode === "strict", async (draft) => {
      const added = known ?? (await registerFiles(this.#context, draft, this.#base, paths));
      return { removed: [], added, touched: 0 };
    });
  }

  /** What a merge of branches does to one table. @returns how many parts it wrote. */
  async stageMergedParts(table: TableKey, merged: MergedParts): Promise<number> {
    const { parts } = await this.#stage("merge", table, true, async (draft) => ({
      removed: merged.removed,
      added: [...merged.adopted, ...(await this.#write(draft, merged.rows))],
      touched: 0,
    }));
    return parts.length - merged.adopted.length;
  }

  adoptArtifact({ name, members }: Artifact): void {
    this.#checkOpen();
    this.#artifacts.adopt(name, members);
  }

  /** As {@link commit} does, without committing. @throws ConstraintError. */
  async checkConstraints(): Promise<void> {
    this.#checkOpen();
    await this.#propose();
  }

  async stageSchema(table: TableKey, change: SchemaChange): Promise<StagedHandle> {
    this.#checkOpen();
    const handle = stagedHandle("schema", table, [], 0, 0);
    if (change.kind === "evolve" && this.settled) return handle;
    const known = () => (change.kind === "evolve" ? this.#draft(table) : this.#drafts.get(table));
    const { draft, expected } = stageSchema(change, known, this.#base.tables.get(table));
    this.#kinds.add("schema");
    this.#drafts.set(table, draft);
    this.#expect(table, expected);
    return handle;
  }

  async stageArtifact(name: ArtifactName, members: readonly MemberInput[]): Promise<Artifact> {
    this.#checkOpen();
    return this.#artifacts.stage(name, this.settled ? undefined : members);
  }

  async removeArtifact(name: ArtifactName): Promise<void> {
    this.#checkOpen();
    if (!this.settled) await this.#artifacts.remove(name);
  }

  artifact(name: ArtifactName): Artifact | undefined {
    this.#checkOpen();
    this.#artifacts.draft.expect(name);
    return this.#artifacts.draft.at(name);
  }

  artifacts(prefix?: string): Iterable<Artifact> {
    return this.#artifacts.draft.list(prefix);
  }

  async plan(request: ScanRequest): Promise<TablePlan> {
    this.expect(request.table);
    return planTable(this.#draft(request.table), this.#base.version, request, this.#context.store);
  }

  async *scan(request: ScanRequest): AsyncIterable<RecordBatch> {
    yield* scanTable(await this.plan(request), request, this.#context.parts);
  }

  staged(table: TableKey): readonly PartEntry[] {
    return this.#drafts.get(table)?.added ?? [];
  }

  expect(table: TableKey): void {
    this.#checkOpen();
    this.#hasRead = true;
    this.#expect(table, tableVersionOf(this.#base, table));
  }

  async commit(): Promise<CommitOutcome> {
    this.#checkOpen();
    if (this.settled) {
      await this.discard();
      return this.settled;
    }
    this.#done = true;
    try {
      return await (this.#mayRecheck ? this.#landInTurn() : this.#land());
    } catch (error) {
      // A constraint is violated, or the store provably did nothing.
      await this.#end();
      throw error;
    } finally {
      leaveOperation(this.#context, this.ref);
    }
  }

  async discard(): Promise<void> {
    if (this.#done) return;
    this.#done = true;
    await this.#pipeline.withdraw();
    leaveOperation(this.#context, this.ref);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.discard();
  }

  /** As {@link #land}, on what this process knows by then. */
  #landInTurn(): Promise<CommitOutcome> {
    const { turns, log } = this.#context;
    return turns.take(async () => {
      if (log.state.version > this.#base.version) await this.#rebase();
      return this.#land();
    });
  }

  /** Checks constraints and publishes under what they read; if that moved, once more where it may. */
  async #land(): Promise<CommitOutcome> {
    for (let rechecks = 0; ; rechecks++) {
      const proposal = await this.#propose();
      if (proposal.edits.size === 0 && !this.#artifacts.draft.hasEffect && !this.#merge) {
        await this.#end();
        return { kind: "unchanged", version: this.#base.version };
      }
      const mayRecheck = this.#mayRecheck && rechecks < STRICT_RETRIES_MAX;
      const isTriedAgain = (outcome: CommitOutcome) => mayRecheck && isStale(outcome);
      const outcome = await this.#pipeline.publish(proposal, isTriedAgain);
      if (!isTriedAgain(outcome)) return outcome;
      await this.#rebase();
    }
  }

  /** What is to be committed. What the constraints read joins the read set. */
  async #propose(): Promise<Proposal> {
    const { mode, actor = null, message = null } = this.#intent;
    const { draft } = this.#artifacts;
    const changed = [...this.#drafts].filter(([, table]) => table.hasEffect);
    if (changed.length > 0 && mode !== "content-preserving") {
      const { parts, keysHeldMax } = this.#context;
      const scope = { base: this.#base, drafts: this.#drafts, parts, keysHeldMax };
      const reads = await checkConstraints(scope);
      for (const table of reads) this.#expect(table, tableVersionOf(this.#base, table));
    }
    return {
      ref: { ...this.ref, base: this.#base.version },
      mode,
      actor,
      message,
      kind: this.#merge ? "merge" : operationKind(this.#kinds, changed.length, draft.kind),
      expected: this.#expected,
      edits: new Map(changed.map(([key, table]) => [key, table.editAt(this.#base.version)])),
      artifacts: draft.edits,
      merge: this.#merge,
    };
  }

  get #mayRecheck(): boolean {
    if (this.#hasRead || this.#artifacts.draft.edits) return false;
    return mayRecheck(this.#intent, this.#kinds, this.#base, this.#drafts);
  }

  /** Puts what was staged on the newest version. */
  async #rebase(): Promise<void> {
    this.#base = await this.#context.log.refresh();
    rebaseOnto(this.#base, this.#drafts, this.#expected);
  }

  /** Without a commit; rule `syncfound`: what is told then may rest on the commits of others. */
  async #end(): Promise<void> {
    await this.#pipeline.withdraw();
    await this.#context.log.makeDurable(this.#context.store);
  }

  #stageMerged(table: TableKey, rows: RecordBatch): Promise<StagedHandle> {
    const { hashKey, store } = this.#context;
    const merge = prepareMerge(rows, this.#draft(table).descriptor, hashKey);
    const choose = (parts: readonly PartEntry[]) => partsThatMayHold(parts, merge.probe, store);
    return this.#stageRewrite("merge", table, choose, merge.dropReplaced, merge.batch);
  }

  #stageWhere(
    kind: "delete" | "update",
    table: TableKey,
    where: Predicate,
    change: ChangeBatch,
  ): Promise<StagedHandle> {
    return this.#stageRewrite(kind, table, (parts) => pruneParts(parts, { filter: where }), change);
  }

  /** Rewrites those parts that `choose` leaves and `change` touches; the rows of `last` follow. */
  #stageRewrite(
    kind: "merge" | "delete" | "update",
    table: TableKey,
    choose: (parts: readonly PartEntry[]) => readonly PartEntry[] | Promise<readonly PartEntry[]>,
    change: ChangeBatch,
    last?: RecordBatch,
  ): Promise<StagedHandle> {
    return this.#stage(kind, table, true, async (draft) => {
      const report: RewriteReport = { replaced: [], touched: 0 };
      const candidates = await choose(draft.parts);
      const rows = rewriteParts(draft.descriptor, candidates, this.#context.parts, change, report);
      const added = await this.#write(draft, last ? followedBy(rows, last) : rows);
      return { removed: report.replaced, added, touched: report.touched };
    });
  }

  /** One stage call: what `work` wrote takes its place in the draft. */
  async #stage(
    kind: StageKind,
    table: TableKey,
    isStrict: boolean,
    work: (draft: TableDraft) => Promise<{
      readonly removed: readonly PartEntry[];
      readonly added: readonly PartEntry[];
      readonly touched: number;
    }>,
  ): Promise<StagedHandle> {
    this.#checkOpen();
    if (this.settled) return stagedHandle(kind, table, [], 0, 0);
    const draft = this.#draft(table);
    this.#kinds.add(kind);
    // Under constraints nothing is blind: they are checked against the rows that are there.
    const isBlind = !isStrict && !hasConstraints(draft.descriptor.constraints);
    this.#expect(table, isBlind ? null : draft.baseVersion);
    const { removed, added, touched } = await work(draft);
    await this.#pipeline.dropSuperseded(draft.replace(removed, added));
    const carriedOver = countRows(removed) - touched;
    return stagedHandle(kind, table, added, countRows(added) - carriedOver, touched);
  }

  /** Writes rows as parts. The sidecar is written when there is something to write. */
  async #write(draft: TableDraft, rows: AsyncIterable<RecordBatch>): Promise<readonly PartEntry[]> {
    const { descriptor } = draft;
    const bytesMax = () => this.#context.stageBytesMax / this.#holding;
    this.#holding++;
    try {
      return await stageRows(descriptor, rows, bytesMax, async (bucket, batch) => {
        const kind = operationKind(this.#kinds, 1, this.#artifacts.draft.kind);
        const expected = this.#expected.get(descriptor.name) ?? null;
        await this.#pipeline.arm(kind, descriptor.name, expected);
        return this.#pipeline.writePart(descriptor, bucket, [batch]);
      });
    } finally {
      this.#holding--;
    }
  }

  #draft(table: TableKey): TableDraft {
    const known = this.#drafts.get(table);
    if (known) return known;
    const base = this.#base.tables.get(table);
    if (base === undefined) throw unknownTable(table);
    const draft = new TableDraft(base.descriptor, base);
    this.#drafts.set(table, draft);
    return draft;
  }

  /** The strictest expectation is kept. What was read may be rewritten. */
  #expect(table: TableKey, version: TableVersion | null): void {
    if (version !== null) this.#context.auto?.enter(this.ref.operationId);
    this.#expected.set(table, this.#expected.get(table) ?? version);
  }

  #checkOpen(): void {
    if (this.#done) throw operationEnded(this.ref.operationId);
  }
}
