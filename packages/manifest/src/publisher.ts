/**
 * Publishes commits: the one queue of a run and branch in this process, held for phase C only.
 *
 * Proposals that arrive while a publish is under way share the next record (group commit). After
 * every lost race the newcomers are read, and every check is made again; they are made durable (rule
 * `syncfound`) before the next record appears, or anybody is told. Source: docs/design/protocol.md, "Commit".
 */
import {
  type ArtifactName,
  type BranchName,
  type Clock,
  type CommitId,
  type CommitOutcome,
  type CommitRecord,
  equalDescriptors,
  IoError,
  LOG_PREFIX,
  type ObjectKey,
  type OperationId,
  parseCommitId,
  parseOperationId,
  type Random,
  RECOVERY_ACTOR,
  type RecoveredOperation,
  type RecoveryEntry,
  recoveriesOf,
  recoveryEntryOf,
  type TableKey,
  type Version,
} from "@crv/core";
import type { Durability, ObjectStore } from "@crv/storage-trait/object-store";
import type { CommitLog } from "./commit-log.js";
import {
  composeCommit,
  composeRecovery,
  type Judgement,
  judge,
  operationIds,
  type Proposal,
} from "./proposal.js";
import { type CreateRecordOutcome, createRecord } from "./record-creator.js";
import { foldRecord, learnRecord, type RunState, tableVersionOf } from "./run-state.js";

/** Lost races of a strict writer against commits to other tables before it gives up. */
export const STRICT_RETRIES_MAX = 5;

/** Longest pause between lost races, in ms: about two durable commits. */
const BACKOFF_MS_MAX = 8;

/** After a sign of other writers: how many commits without another until none is expected. */
const CONTENDED_COMMITS = 8;

export interface PublisherOptions {
  readonly store: ObjectStore;
  readonly log: CommitLog;
  readonly clock: Clock;
  readonly random: Random;
  /** Mints ULIDs, each after the one before it. */
  readonly mintId: () => string;
  readonly durability: Durability;
  /** The branch that commits are made to, unless it is main, which is never deleted. */
  readonly living?: LivingBranch;
}

/** A branch that others may delete: then what is created in its log is no commit (rule `eras`). */
export interface LivingBranch {
  readonly name: BranchName;
  /** Whether main has the branch still, by its newest record. */
  isLiving(): Promise<boolean>;
}

/** What became of the attempt to publish a recovery. */
export type RecoveryOutcome =
  | { readonly kind: "published"; readonly version: Version }
  /** Records had settled, or audited, all its operations before. */
  | { readonly kind: "superseded" }
  | { readonly kind: "unknown"; readonly cause: unknown };

interface Waiting {
  readonly proposal: Proposal;
  /** Versions at which this process tried to commit it. */
  readonly tried: Set<Version>;
  attempts: number;
  /** Its parts that are not durable yet. */
  unsynced: readonly ObjectKey[];
  /** Whether the log had an answer to it. */
  isTold: boolean;
  readonly resolve: (outcome: CommitOutcome) => void;
  readonly reject: (error: unknown) => void;
}

export class Publisher {
  readonly #options: PublisherOptions;
  #waiting: Waiting[] = [];
  #tail: Promise<void> = Promise.resolve();
  /** Commits for which others are expected to commit, too: each looks for newcomers first, in its turn. */
  #contended = 0;

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  /**
   * Commits `proposal`, alone or with others that wait.
   *
   * @throws IoError when the store refused the record: provably nothing was committed.
   */
  publish(proposal: Proposal): Promise<CommitOutcome> {
    const { unsynced = [] } = proposal;
    return new Promise((resolve, reject) => {
      const unsettled = { tried: new Set<Version>(), attempts: 0, unsynced, isTold: false };
      this.#waiting.push({ proposal, ...unsettled, resolve, reject });
      void this.#enqueue(() => this.#publishNext());
    });
  }

  /**
   * Publishes the audit entry of a recovery; a roll-back also fences its operations, without those that
   * another has settled meanwhile: the log says which.
   *
   * @param companions Operations that share their parts: a roll-back fences them, too.
   */
  publishRecovery(
    recovery: RecoveryEntry,
    companions: readonly OperationId[] = [],
  ): Promise<RecoveryOutcome> {
    return this.#enqueue(() => this.#publishRecovery(recovery, companions));
  }

  #enqueue<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(work);
    this.#tail = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }

  #publishNext(): Promise<void> {
    return this.#publishAll(this.#takeGroup());
  }

  async #publishAll(taken: readonly Waiting[]): Promise<void> {
    let group = taken;
    try {
      while (group.length > 0) group = await this.#attemptInTurn(group);
    } catch (error) {
      // Provably nothing was committed. What failed for one of them need not fail for the others.
      const open = group.filter((waiting) => !waiting.isTold);
      if (open.length > 1) for (const waiting of open) await this.#publishAll([waiting]);
      else for (const waiting of open) waiting.reject(error);
    }
  }

  async #attemptInTurn(group: readonly Waiting[]): Promise<Waiting[]> {
    if (this.#contended === 0) return this.#attempt(group);
    await this.#prepare(group);
    const endTurn = await this.#options.store.takeTurn(LOG_PREFIX);
    try {
      return await this.#attempt(group);
    } finally {
      await endTurn();
    }
  }

  /** The first that waits, and with it all blind ones that fit into one record. */
  #takeGroup(): Waiting[] {
    const [first, ...rest] = this.#waiting;
    if (first === undefined) return [];
    const group = [first];
    if (isBlind(first.proposal)) {
      for (const waiting of rest) {
        if (isBlind(waiting.proposal) && fitsGroup(waiting.proposal, group)) group.push(waiting);
      }
    }
    const taken = new Set(group);
    this.#waiting = this.#waiting.filter((w) => !taken.has(w));
    return group;
  }

  /** One record for `group`; returns those that must try again. */
  async #attempt(group: readonly Waiting[]): Promise<Waiting[]> {
    const { store, log } = this.#options;
    const known = log.state;
    const state = this.#contended > 0 ? await log.refresh() : known;
    const judged = group.map((waiting) => ({ waiting, says: judge(waiting.proposal, state) }));
    const free = judged.filter(({ says }) => says.kind === "free").map(({ waiting }) => waiting);
    if (free.length < group.length) await log.makeDurable(store);
    for (const { waiting, says } of judged) settle(waiting, says, state);
    if (free.length === 0) return [];
    const record = composeCommit(
      free.map((w) => w.proposal),
      state,
      this.#identity(state),
    );
    // Before the create: what does not fold must never be in the log.
    const next = foldRecord(state, record);
    const outcome = await this.#create(record, this.#durableFirst(free));
    switch (outcome.kind) {
      case "created": {
        learnRecord(state, record);
        log.advance(next);
        this.#contended = state === known ? Math.max(0, this.#contended - 1) : CONTENDED_COMMITS;
        for (const w of free) w.resolve(committed(w.proposal, next, next.version, false));
        return [];
      }
      case "unknown": {
        const { cause } = outcome;
        for (const w of free) w.resolve({ kind: "unknown", operation: w.proposal.ref, cause });
        return [];
      }
      case "branch-deleted": {
        const { branch } = outcome;
        for (const w of free) {
          w.resolve({ kind: "conflict", conflict: { kind: "BranchDeleted", branch } });
        }
        return [];
      }
      // The number was freed by cleanup: whether one of them landed is what the ledger says.
      case "below-floor":
      case "taken":
        log.madeDurable(state.version);
        this.#contended = CONTENDED_COMMITS;
        for (const w of free) {
          w.tried.add(record.version);
          w.unsynced = [];
        }
        return this.#keepTrying(free);
    }
  }

  /** What need not wait for the turn. */
  async #prepare(group: readonly Waiting[]): Promise<void> {
    const { store } = this.#options;
    const parts = group.flatMap((waiting) => waiting.unsynced);
    await Promise.all(parts.map((key) => store.makeDurable(key)));
    for (const waiting of group) waiting.unsynced = [];
  }

  /** Parts; and rule `syncfound`: a record must not come to outlive the one before it. */
  #durableFirst(group: readonly Waiting[]): readonly ObjectKey[] {
    const parts = group.flatMap((waiting) => waiting.unsynced);
    const { undurable } = this.#options.log;
    return undurable === undefined ? parts : [...parts, undurable];
  }

  /** Strict writers have a budget; the others, whom no append can refuse, try until they land. */
  async #keepTrying(group: readonly Waiting[]): Promise<Waiting[]> {
    const { clock, random } = this.#options;
    const again: Waiting[] = [];
    for (const waiting of group) {
      waiting.attempts++;
      const { attempts } = waiting;
      if (waiting.proposal.mode !== "strict" || attempts <= STRICT_RETRIES_MAX) again.push(waiting);
      else
        waiting.resolve({ kind: "conflict", conflict: { kind: "RetryBudgetExhausted", attempts } });
    }
    const attempts = Math.max(0, ...again.map((w) => w.attempts));
    if (attempts > 1)
      await clock.sleep(random.fraction() * Math.min(2 ** attempts, BACKOFF_MS_MAX));
    return again;
  }

  async #publishRecovery(
    recovery: RecoveryEntry,
    companions: readonly OperationId[],
  ): Promise<RecoveryOutcome> {
    const { store, log, clock, random, mintId } = this.#options;
    for (let attempts = 0; ; attempts++) {
      const state = attempts === 0 ? log.state : await this.#readNewcomers();
      const open = withoutSuperseded(recovery, state);
      if (open === undefined) {
        await log.makeDurable(store);
        return { kind: "superseded" };
      }
      const ref = { operationId: parseOperationId(mintId()), branch: "main", base: state.version };
      const operation = { ref: ref as Proposal["ref"], actor: RECOVERY_ACTOR };
      const record = composeRecovery(open, operation, state, this.#identity(state), companions);
      const next = foldRecord(state, record);
      const outcome = await this.#create(record, this.#durableFirst([]));
      if (outcome.kind === "branch-deleted")
        return { kind: "unknown", cause: deleted(outcome.branch) };
      if (outcome.kind === "created") {
        learnRecord(state, record);
        log.advance(next);
        return { kind: "published", version: next.version };
      }
      if (outcome.kind === "unknown") return outcome;
      if (attempts > 0) await clock.sleep(random.fraction() * BACKOFF_MS_MAX);
    }
  }

  /** Rule `eras`: what is created in the log of a deleted branch is no commit. */
  async #create(
    record: CommitRecord,
    after: readonly ObjectKey[],
  ): Promise<
    CreateRecordOutcome | { readonly kind: "branch-deleted"; readonly branch: BranchName }
  > {
    const { store, durability, living } = this.#options;
    const outcome = await createRecord(store, record, durability, after);
    if (living === undefined || outcome.kind !== "created") return outcome;
    try {
      if (await living.isLiving()) return outcome;
    } catch (cause) {
      return { kind: "unknown", cause };
    }
    return { kind: "branch-deleted", branch: living.name };
  }

  /** Rule `syncfound`: nothing is done because of a record that might not survive. */
  async #readNewcomers(): Promise<RunState> {
    const { store, log } = this.#options;
    const state = await log.refresh();
    await log.makeDurable(store);
    return state;
  }

  #identity(state: RunState): { readonly commitId: CommitId; readonly createdAt: string } {
    const { clock, mintId } = this.#options;
    const now = clock.now().toISOString();
    const createdAt = state.createdAt !== null && state.createdAt > now ? state.createdAt : now;
    return { commitId: parseCommitId(mintId()), createdAt };
  }
}

function deleted(branch: BranchName): IoError {
  return new IoError("NOT_FOUND", `branch ${branch} was deleted`, { details: { branch } });
}

/** Answers a proposal that the log has already settled, or that conflicts; not a free one. */
function settle(waiting: Waiting, says: Judgement, state: RunState): void {
  const { proposal, tried, resolve } = waiting;
  waiting.isTold = says.kind !== "free";
  if (says.kind === "conflict") resolve(says);
  if (says.kind === "landed") {
    resolve(committed(proposal, state, says.version, !tried.has(says.version)));
  }
}

function committed(
  proposal: Proposal,
  state: RunState,
  version: Version,
  duplicate: boolean,
): CommitOutcome {
  const touched = [...proposal.edits.keys()];
  const tableVersions = new Map(
    touched.map((t): [TableKey, number] => [t, tableVersionOf(state, t)]),
  );
  return { kind: "committed", version, tableVersions, duplicate };
}

/** Whether nothing that others commit can be in its way. */
function isBlind({ mode, expected, refs }: Proposal): boolean {
  return (
    mode === "blind" &&
    refs === undefined &&
    [...expected.values()].every((version) => version === null)
  );
}

/** Whether one record can hold `proposal` beside `group`: no id twice, no table described twice. */
function fitsGroup(proposal: Proposal, group: readonly Waiting[]): boolean {
  const ids = new Set(operationIds(proposal));
  return group.every(
    ({ proposal: other }) =>
      !operationIds(other).some((id) => ids.has(id)) &&
      ![...artifactsOf(proposal)].some((name) => other.artifacts?.expected.has(name)) &&
      [...proposal.edits].every(([table, edit]) => {
        const theirs = other.edits.get(table);
        return theirs === undefined || equalDescriptors(theirs.descriptor, edit.descriptor);
      }),
  );
}

function artifactsOf({ artifacts }: Proposal): Iterable<ArtifactName> {
  return artifacts?.expected.keys() ?? [];
}

/** What of `recovery` is still to be done; undefined when nothing is. */
function withoutSuperseded(recovery: RecoveryEntry, state: RunState): RecoveryEntry | undefined {
  const isSuperseded = ({ operationId: id }: RecoveredOperation): boolean =>
    recovery.kind === "RolledBack"
      ? state.ledger.says(id, state.version) !== undefined
      : state.ledger.isAudited(id, state.version);
  const [first, ...others] = recoveriesOf({ recovery }).filter((one) => !isSuperseded(one));
  return first && recoveryEntryOf(recovery.kind, first, others);
}
