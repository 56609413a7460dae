/**
 * Staged operations: what was staged so far, and the one commit that makes it visible.
 * Source: docs/design/protocol.md, "Commit"; the contract is StagedOperation of @crv/storage-trait.
 */
import {
  type CommitOutcome,
  IoError,
  IoSchemaError,
  type OperationKind,
  type OperationRef,
  type PartEntry,
  type TableDescriptor,
  type TableKey,
  type TableVersion,
} from "@crv/core";
import { fitsTable, type RunState, type TableEdit, tableVersionOf } from "@crv/manifest";
import type {
  OperationIntent,
  SchemaChange,
  StagedHandle,
  StagedOperation,
  StageKind,
} from "@crv/storage-trait";
import { sealed } from "@crv/storage-trait/seal";
import type { RecordBatch } from "apache-arrow";
import { CommitPipeline } from "./commit-pipeline.js";
import type { EngineContext } from "./engine-context.js";
import { stageRows } from "./stage-rows.js";

export class EngineOperation implements StagedOperation {
  readonly ref: OperationRef;
  readonly #context: EngineContext;
  readonly #intent: OperationIntent;
  readonly #base: RunState;
  readonly #pipeline: CommitPipeline;
  readonly #edits = new Map<TableKey, TableEdit>();
  readonly #expected = new Map<TableKey, TableVersion | null>();
  readonly #kinds = new Set<StageKind>();
  /** What the log says of the id already: then nothing is staged, and `commit` repeats it. */
  readonly #settled: CommitOutcome | undefined;
  #done = false;

  constructor(
    context: EngineContext,
    ref: OperationRef,
    intent: OperationIntent,
    base: RunState,
    settled?: CommitOutcome,
  ) {
    this.ref = ref;
    this.#context = context;
    this.#intent = intent;
    this.#base = base;
    this.#settled = settled;
    this.#pipeline = new CommitPipeline(context, ref, intent.actor ?? null);
    context.own.add(ref.operationId);
  }

  async stageAppend(table: TableKey, rows: AsyncIterable<RecordBatch>): Promise<StagedHandle> {
    const expected = this.#intent.mode === "strict" ? tableVersionOf(this.#base, table) : null;
    return this.#stage("append", table, expected, rows, []);
  }

  async stageOverwrite(table: TableKey, rows: AsyncIterable<RecordBatch>): Promise<StagedHandle> {
    const replaced = this.#base.tables.get(table)?.parts.map((p) => p.path) ?? [];
    return this.#stage("overwrite", table, tableVersionOf(this.#base, table), rows, replaced);
  }

  async stageSchema(table: TableKey, { descriptor }: SchemaChange): Promise<StagedHandle> {
    this.#checkOpen();
    const existing = this.#base.tables.get(table);
    if (existing && !fitsTable(existing, descriptor)) {
      throw new IoSchemaError(
        "DESCRIPTOR_MISMATCH",
        `table ${table} exists with another descriptor: use the one it has, or another name`,
        { details: { table } },
      );
    }
    this.#record("schema", table, null, { descriptor, add: [], remove: [] });
    return this.#handle("schema", table, []);
  }

  expect(table: TableKey): void {
    this.#checkOpen();
    this.#expected.set(table, tableVersionOf(this.#base, table));
  }

  async commit(): Promise<CommitOutcome> {
    this.#checkOpen();
    if (this.#settled) {
      await this.discard();
      return this.#settled;
    }
    if (!this.#hasEffect()) {
      await this.discard();
      return { kind: "unchanged", version: this.#base.version };
    }
    this.#done = true;
    try {
      return await this.#pipeline.publish({
        ref: this.ref,
        mode: this.#intent.mode,
        actor: this.#intent.actor ?? null,
        message: this.#intent.message ?? null,
        kind: this.#kind(),
        expected: this.#expected,
        edits: this.#edits,
      });
    } catch (error) {
      // Only a store that provably did nothing throws here.
      await this.#pipeline.withdraw();
      throw error;
    } finally {
      this.#context.own.delete(this.ref.operationId);
    }
  }

  async discard(): Promise<void> {
    if (this.#done) return;
    this.#done = true;
    await this.#pipeline.withdraw();
    this.#context.own.delete(this.ref.operationId);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.discard();
  }

  async #stage(
    kind: "append" | "overwrite",
    table: TableKey,
    expected: TableVersion | null,
    rows: AsyncIterable<RecordBatch>,
    remove: TableEdit["remove"],
  ): Promise<StagedHandle> {
    this.#checkOpen();
    if (this.#settled) return this.#handle(kind, table, []);
    const descriptor = this.#descriptor(table);
    const add = await stageRows(
      descriptor,
      this.#armed(kind, table, expected, rows),
      this.#context,
      (bucket, batch) => this.#pipeline.writePart(descriptor, bucket, [batch]),
    );
    this.#record(kind, table, expected, { descriptor, add, remove });
    return this.#handle(kind, table, add);
  }

  /** Passes `rows` on; the sidecar is written when there is something to write. */
  async *#armed(
    kind: StageKind,
    table: TableKey,
    expected: TableVersion | null,
    rows: AsyncIterable<RecordBatch>,
  ): AsyncIterable<RecordBatch> {
    for await (const batch of rows) {
      if (batch.numRows > 0) await this.#pipeline.arm(kind, table, expected);
      yield batch;
    }
  }

  #descriptor(table: TableKey): TableDescriptor {
    const descriptor =
      this.#edits.get(table)?.descriptor ?? this.#base.tables.get(table)?.descriptor;
    if (descriptor) return descriptor;
    throw new IoSchemaError("UNKNOWN_TABLE", `there is no table ${table}: stage its schema first`, {
      details: { table },
    });
  }

  /** An overwrite forgets what was staged before it; the strictest expectation is kept. */
  #record(kind: StageKind, table: TableKey, expected: TableVersion | null, edit: TableEdit): void {
    this.#kinds.add(kind);
    const before = kind === "overwrite" ? undefined : this.#edits.get(table);
    this.#edits.set(table, {
      descriptor: edit.descriptor,
      add: [...(before?.add ?? []), ...edit.add],
      remove: [...(before?.remove ?? []), ...edit.remove],
    });
    this.#expected.set(table, this.#expected.get(table) ?? expected);
  }

  /** A table that comes to be, parts that come or go. */
  #hasEffect(): boolean {
    return [...this.#edits].some(
      ([table, edit]) =>
        edit.add.length > 0 || edit.remove.length > 0 || !this.#base.tables.has(table),
    );
  }

  #kind(): OperationKind {
    const kinds = [...this.#kinds].filter((kind) => kind !== "schema");
    if (kinds.length === 0) return "schema";
    return kinds.length === 1 && this.#edits.size === 1 ? (kinds[0] as StageKind) : "transaction";
  }

  #handle(kind: StageKind, table: TableKey, parts: readonly PartEntry[]): StagedHandle {
    const rowsAdded = parts.reduce((sum, p) => sum + p.rows, 0);
    return Object.freeze({ [sealed]: "staged" as const, kind, table, rowsAdded, parts });
  }

  #checkOpen(): void {
    if (!this.#done) return;
    throw new IoError("CLOSED", `operation ${this.ref.operationId} has ended: begin a new one`, {
      details: { what: "operation", operationId: this.ref.operationId },
    });
  }
}
