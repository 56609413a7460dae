/**
 * The four phases of every commit that changes data, in one place.
 *
 *   A  sidecar   names what the operation may leave behind, before its first part
 *   B  parts     sealed, under final names that nothing references
 *   C  publish   one create-if-absent of the next record, when all parts are durable: the only moment
 *                anything becomes visible
 *   D  views     follow, the sidecar goes; best effort, since the commit is durable
 *
 * Source: docs/design/protocol.md, "Commit".
 */
import {
  type Artifact,
  type ArtifactMember,
  type ArtifactName,
  type CommitOutcome,
  formatKeyFilterKey,
  formatMemberKey,
  formatPartKey,
  formatPartPrefix,
  formatSidecarKey,
  IoWriteError,
  isTensorMember,
  type ObjectKey,
  type OperationId,
  type OperationRef,
  type PartEntry,
  type TableDescriptor,
  type TableKey,
  type TableVersion,
  type Version,
} from "@crv/core";
import type { Proposal } from "@crv/manifest";
import { encodeSidecar, leaseDeadline, leaseRenewalAtMs, type Sidecar } from "@crv/recovery";
import type { MemberInput } from "@crv/storage-trait";
import type { RecordBatch } from "apache-arrow";
import type { CommitPhase, EngineContext } from "./engine-context.js";
import { filterOfPart, isInline } from "./keys/part-keys.js";

/** A part whose create was not answered is written again under the next name, this often. */
const PART_ATTEMPTS_MAX = 3;

/**
 * Parts and members whose sync is left to the moment of publishing, where it runs beside that of the
 * record: so few and so small that nobody waits for it. Source: docs/design/syncs-side-by-side.md.
 */
const UNSYNCED_PARTS_MAX = 16;
const UNSYNCED_BYTES_MAX = 4 * 1024 * 1024;

export class CommitPipeline {
  readonly #context: EngineContext;
  readonly #ref: OperationRef;
  readonly #actor: string | null;
  readonly #companions: readonly OperationId[];
  readonly #partPrefix: string;
  readonly #written = new Set<ObjectKey>();
  readonly #unsynced = new Set<ObjectKey>();
  /** Of all that was ever left unsynced: what was dropped again counts, too. */
  #unsyncedBytes = 0;
  #partCount = 0;
  #sidecar: Sidecar | undefined;
  /** Writes of the sidecar, one at a time: an older one must not come to lie over a newer one. */
  #sidecarWritten: Promise<void> = Promise.resolve();
  /** Parts that are being written. */
  readonly #writing = new Set<Promise<unknown>>();
  #renewAtMs = 0;

  /** @param companions Other operations whose rows are in the same parts. */
  constructor(
    context: EngineContext,
    ref: OperationRef,
    actor: string | null,
    companions: readonly OperationId[] = [],
  ) {
    this.#context = context;
    this.#ref = ref;
    this.#actor = actor;
    this.#companions = companions;
    this.#partPrefix = formatPartPrefix(ref.operationId, ref.branchId);
  }

  /** A. Before the first part of each table: created for the first, extended for further ones. */
  arm(writerKind: string, table: TableKey, expected: TableVersion | null): Promise<void> {
    return this.#inTurn(() => this.#arm(writerKind, table, expected));
  }

  /** A, before the first member of an artifact. */
  armArtifacts(writerKind: string): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#sidecar?.artifacts) return;
      if (this.#sidecar) {
        this.#sidecar = { ...this.#sidecar, artifacts: true };
        return this.#renewLease();
      }
      await this.#begin({ ...(await this.#newSidecar(writerKind, new Map())), artifacts: true });
    });
  }

  async #arm(writerKind: string, table: TableKey, expected: TableVersion | null): Promise<void> {
    if (this.#sidecar?.tables.has(table)) return;
    // Rule `syncfound`: a sidecar that expects more than the log holds contradicts it.
    const { log, store } = this.#context;
    if (expected !== null) await log.makeDurable(store);
    const tables = new Map(this.#sidecar?.tables).set(table, expected);
    if (this.#sidecar) {
      this.#sidecar = { ...this.#sidecar, tables };
      return this.#renewLease();
    }
    await this.#begin(await this.#newSidecar(writerKind, tables));
  }

  async #begin(sidecar: Sidecar): Promise<void> {
    await this.#enter("sidecar");
    await this.#createSidecar(sidecar);
    this.#sidecar = sidecar;
    await this.#leave("sidecar");
    await this.#enter("parts");
  }

  /** B. Requires: {@link arm} for this table; at least one row. */
  writePart(
    table: TableDescriptor,
    bucket: number,
    batches: readonly RecordBatch[],
  ): Promise<PartEntry> {
    const written = this.#writePart(table, bucket, batches);
    this.#writing.add(written);
    const end = () => void this.#writing.delete(written);
    written.then(end, end);
    return written;
  }

  /** B. Requires: {@link armArtifacts}. */
  writeMember(artifact: ArtifactName, input: MemberInput): Promise<ArtifactMember> {
    const written = this.#writeMember(artifact, input);
    this.#writing.add(written);
    const end = () => void this.#writing.delete(written);
    written.then(end, end);
    return written;
  }

  async #writeMember(
    artifact: ArtifactName,
    { name, body, tensors }: MemberInput,
  ): Promise<ArtifactMember> {
    await this.#renewLeaseWhenDue();
    let cause: unknown;
    for (let attempt = 0; attempt < PART_ATTEMPTS_MAX; attempt++) {
      const path = formatMemberKey(isTensorMember(name), this.#partPrefix, this.#partCount++);
      const outcome = await this.#context.store.create(path, body(), {
        durability: "process",
        willMakeDurable: this.#context.durability === "full",
      });
      if (outcome.kind !== "exists") this.#written.add(path);
      if (outcome.kind === "created") {
        const { sizeBytes: bytes, digest } = outcome.seal;
        await this.#syncNowOrLater(path, bytes);
        const listed = tensors?.();
        return { name, path, bytes, digest, ...(listed && { tensors: listed }) };
      }
      if (outcome.kind === "unknown") cause = outcome.cause;
    }
    throw new IoWriteError(
      "WRITE_FAILED",
      `the store did not confirm ${name} of ${artifact}: nothing was committed; try again`,
      { details: { artifact, member: name }, cause },
    );
  }

  /** Removes members that a later stage call replaced: no record will ever name them. */
  async dropMembers({ members }: Pick<Artifact, "members">): Promise<void> {
    const keys = members.map(({ path }) => path).filter((path) => this.#written.has(path));
    for (const key of keys) this.#unsynced.delete(key);
    if (keys.length > 0) await this.#context.residual.removeStaged(this.#ref, keys);
  }

  async #writePart(
    table: TableDescriptor,
    bucket: number,
    batches: readonly RecordBatch[],
  ): Promise<PartEntry> {
    const { parts, runId } = this.#context;
    await this.#renewLeaseWhenDue();
    let cause: unknown;
    for (let attempt = 0; attempt < PART_ATTEMPTS_MAX; attempt++) {
      const key = formatPartKey(table.name, bucket, this.#partPrefix, this.#partCount++);
      const request = { key, runId, table, bucket, batches, durability: "process" } as const;
      const outcome = await parts.write(request);
      // What exists already is not ours: another attempt at this id wrote it.
      if (outcome.kind !== "exists") this.#written.add(key);
      if (outcome.kind === "created") {
        await this.#syncNowOrLater(key, outcome.part.bytes);
        return this.#withKeyFilter(outcome.part, table, batches);
      }
      if (outcome.kind === "unknown") cause = outcome.cause;
    }
    throw new IoWriteError(
      "WRITE_FAILED",
      `the store did not confirm a part of ${table.name} for bucket ${bucket}: nothing was committed; try again`,
      { details: { table: table.name, bucket }, cause },
    );
  }

  /**
   * Adds the key filter, where the table has a key. Not fsynced: what a loss of power leaves of it does
   * not match its digest, and then the part is read instead.
   */
  async #withKeyFilter(
    part: PartEntry,
    table: TableDescriptor,
    batches: readonly RecordBatch[],
  ): Promise<PartEntry> {
    const { store, hashKey } = this.#context;
    const filter = filterOfPart(part, table, batches, hashKey);
    if (filter === undefined) return part;
    const { keys, bytes } = filter;
    const entry = { columns: table.key, keys };
    if (isInline(filter)) {
      const inline = Buffer.from(bytes).toString("base64");
      return { ...part, keyFilter: { ...entry, content: { inline } } };
    }
    const key = formatKeyFilterKey(part.path);
    const outcome = await store.create(key, bytes, { durability: "process" });
    if (outcome.kind !== "exists") this.#written.add(key);
    if (outcome.kind !== "created") return part;
    return { ...part, keyFilter: { ...entry, content: outcome.seal } };
  }

  /** What is large is synced while its lease can be renewed; the rest when the record is. */
  async #syncNowOrLater(key: ObjectKey, sizeBytes: number): Promise<void> {
    if (this.#context.durability === "process") return;
    const isLater =
      this.#unsynced.size < UNSYNCED_PARTS_MAX &&
      this.#unsyncedBytes + sizeBytes <= UNSYNCED_BYTES_MAX;
    if (!isLater) return void (await this.#context.store.makeDurable(key));
    this.#unsynced.add(key);
    this.#unsyncedBytes += sizeBytes;
  }

  /** Removes staged parts that a later stage call replaced: no record will ever name them. */
  async dropSuperseded(parts: readonly ObjectKey[]): Promise<void> {
    if (parts.length === 0) return;
    const keys = parts.flatMap((part) => [part, formatKeyFilterKey(part)]);
    const written = keys.filter((key) => this.#written.has(key));
    for (const key of keys) this.#unsynced.delete(key);
    await this.#context.residual.removeStaged(this.#ref, written);
  }

  /**
   * C and D. Throws only when the store refused the record; then nothing was committed.
   *
   * @param isTriedAgain Of which conflicts the staged parts stay, since they are proposed again.
   */
  async publish(
    proposal: Proposal,
    isTriedAgain: (outcome: CommitOutcome) => boolean = () => false,
  ): Promise<CommitOutcome> {
    if (this.#sidecar) await this.#leave("parts");
    await this.#enter("publish");
    const outcome = await this.#context.publisher.publish({
      ...proposal,
      unsynced: [...this.#unsynced],
    });
    if (outcome.kind === "committed" && !outcome.duplicate) {
      // Nothing that a listener throws undoes a commit.
      await this.#leave("publish").catch(() => undefined);
      await this.#enter("views").catch(() => undefined);
      await this.#follow(proposal, outcome.version);
      await this.#leave("views").catch(() => undefined);
    } else if (isTriedAgain(outcome)) {
      return outcome;
    } else if (outcome.kind !== "unknown") {
      // A duplicate's parts are no more named by any record than those of a conflict.
      await this.withdraw();
    }
    return outcome;
  }

  /** Removes what an operation staged that provably did not commit. Best effort: recovery remains. */
  async withdraw(): Promise<void> {
    const { residual } = this.#context;
    // A part that fails is told while others are still being written: they would outlive the sidecar.
    await Promise.allSettled(this.#writing);
    if (this.#sidecar === undefined) return;
    try {
      if (this.#written.size > 0) await residual.removeStaged(this.#ref, [...this.#written]);
      await residual.removeSidecar(this.#ref);
    } catch {
      // The sidecar still names the parts: the next sweep takes them.
    }
  }

  /** D. The commit is durable: whatever fails here is left to the next writer or sweep. */
  async #follow(proposal: Proposal, version: Version): Promise<void> {
    const { views, residual } = this.#context;
    try {
      await views.follow(proposal.edits.keys());
      const artifacts = proposal.artifacts?.changes.keys() ?? [];
      await views.showArtifacts(artifacts, version - 1);
      if (this.#sidecar) await residual.removeSidecar(this.#ref);
      await this.#context.checkpoints.follow();
      this.#context.auto?.committed(proposal);
    } catch {
      // Nothing to tell the caller: views are derived, and the sweep removes a finished sidecar.
    }
  }

  async #newSidecar(
    writerKind: string,
    tables: ReadonlyMap<TableKey, TableVersion | null>,
  ): Promise<Sidecar> {
    const { clock, liveness } = this.#context;
    const { operationId, branch, base } = this.#ref;
    return {
      operationId,
      branch,
      base,
      writerKind,
      actor: this.#actor,
      ...(this.#companions.length > 0 && { companions: this.#companions }),
      tables,
      partPrefix: this.#partPrefix,
      owner: await liveness.self(),
      startedAt: clock.now().toISOString(),
      leaseDeadline: this.#nextDeadline(),
    };
  }

  async #createSidecar(sidecar: Sidecar): Promise<void> {
    const { store } = this.#context;
    const key = formatSidecarKey(this.#ref.operationId);
    // Not fsynced: after a power loss the age rule of cleanup covers what it would have named.
    const outcome = await store.create(key, await encodeSidecar(sidecar), {
      durability: "process",
    });
    if (outcome.kind === "created") return;
    throw new IoWriteError(
      "WRITE_FAILED",
      outcome.kind === "exists"
        ? `operation ${this.#ref.operationId} is under way or was not finished: settle it with "run.resolve", then use a new id`
        : `the store did not confirm the sidecar of operation ${this.#ref.operationId}: nothing was written; try again`,
      {
        details: { operationId: this.#ref.operationId },
        cause: outcome.kind === "unknown" ? outcome.cause : undefined,
      },
    );
  }

  async #renewLeaseWhenDue(): Promise<void> {
    if (!this.#isRenewalDue()) return;
    await this.#inTurn(async () => {
      if (this.#isRenewalDue()) await this.#renewLease();
    });
  }

  async #renewLease(): Promise<void> {
    if (this.#sidecar === undefined) return;
    this.#sidecar = { ...this.#sidecar, leaseDeadline: this.#nextDeadline() };
    const key = formatSidecarKey(this.#ref.operationId);
    await this.#context.residual.replaceLease(key, await encodeSidecar(this.#sidecar));
  }

  #isRenewalDue(): boolean {
    return this.#context.clock.now().getTime() >= this.#renewAtMs;
  }

  /** Tables, and parts of one table, may be staged together. A failure fails those that follow. */
  #inTurn(write: () => Promise<void>): Promise<void> {
    this.#sidecarWritten = this.#sidecarWritten.then(write);
    return this.#sidecarWritten;
  }

  #nextDeadline(): string {
    const { clock, leaseMs } = this.#context;
    this.#renewAtMs = leaseRenewalAtMs(clock, leaseMs);
    return leaseDeadline(clock, leaseMs);
  }

  async #enter(phase: CommitPhase): Promise<void> {
    await this.#context.onPhase?.({ phase, when: "before", operationId: this.#ref.operationId });
  }

  async #leave(phase: CommitPhase): Promise<void> {
    await this.#context.onPhase?.({ phase, when: "after", operationId: this.#ref.operationId });
  }
}
