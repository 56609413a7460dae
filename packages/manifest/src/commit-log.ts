/**
 * The commit log of one branch, read: the newest state, states of older versions, the records.
 *
 * Records are read forward from a checkpoint or from what is known, until a number is free. Numbers
 * have no holes, so no directory is listed. The hint only saves steps: it is never trusted.
 * Rule `floorlast`: who read records reads the floor after them, and starts over if the floor has
 * passed the first record read, since its number might have been freed and taken again.
 */
import {
  type CommitPoint,
  type CommitRecord,
  formatRecordKey,
  IoError,
  type ObjectKey,
  RECORD_BYTES_MAX,
  type Version,
} from "@crv/core";
import type { ObjectReader, ObjectStore } from "@crv/storage-trait/object-store";
import { corrupt, missingRecord } from "./document.js";
import { checkpointAt, findCheckpoint, isOfLog } from "./find-checkpoint.js";
import { readFloor } from "./floor.js";
import { isDamage } from "./head-hint.js";
import { LogOutline } from "./log-outline.js";
import { readRecords } from "./log-records.js";
import { decodeRecord } from "./record-codec.js";
import type { RunOutline } from "./run-outline.js";
import { applyRecord, emptyState, forkState, type RunState } from "./run-state.js";
import { findVersionAsOf, isCommittedAfter } from "./version-as-of.js";

/** Most records fetched at once while replaying: enough to hide latency. */
const READ_AHEAD_RECORDS = 16;

/** Whether the whole log must be sound, or its newest sound version will do. */
export type Damage = "refuse" | "stop-before";

/** Where a branch begins: a version of the branch that it was made from. */
export interface LogBase {
  readonly parent: CommitLog;
  readonly point: CommitPoint;
  readonly state: RunState;
}

export class CommitLog {
  readonly #reader: ObjectReader;
  readonly #damage: Damage;
  readonly #base: LogBase | undefined;
  readonly #outline: LogOutline;
  #state: RunState | undefined;
  #damagedAt: Version | undefined;
  #checkpointVersion: Version = 0;
  /** Up to here records are known to survive a loss of power. */
  #durable: Version = 0;
  #reading: Promise<RunState> | undefined;
  #nextReading: Promise<RunState> | undefined;

  /**
   * @param damage What a damaged newest record means: an error, or the version before it.
   * @param base Of a branch; the log of main begins with nothing.
   */
  constructor(reader: ObjectReader, damage: Damage = "refuse", base?: LogBase) {
    this.#reader = reader;
    this.#damage = damage;
    this.#base = base;
    this.#outline = new LogOutline(reader);
  }

  /** Version at which the log begins: the first record of its own is the next one. */
  get baseVersion(): Version {
    return this.#base?.state.version ?? 0;
  }

  /**
   * The newest state that this object has seen; {@link refresh} looks for newer ones. Who has asked for
   * no more than the outline must refresh first.
   */
  get state(): RunState {
    if (this.#state !== undefined) return this.#state;
    const { known } = this.#outline;
    if (known === undefined) return this.#beginning();
    throw new Error(`the state of version ${known.version} was not read`);
  }

  /** As {@link state}, without parts, ledger and artifacts. */
  get outline(): RunOutline {
    return this.#state ?? this.#outline.known ?? this.#beginning();
  }

  /**
   * As {@link refresh}, and after a checkpoint at the end of the log without reading what is in it:
   * its cost does not grow with the run.
   */
  async refreshOutline(): Promise<RunOutline> {
    if (this.#state !== undefined || this.#base !== undefined) return this.refresh();
    const found = await this.#outline.look();
    if (found === undefined) return this.refresh();
    // A refresh of somebody else may have come first.
    if (this.#state === undefined) this.#outline.keep(found);
    return this.outline;
  }

  /** The newest state that is known, read first when only its outline is. */
  async readState(): Promise<RunState> {
    return this.#outline.known === undefined ? this.state : this.refresh();
  }

  /** Version of the damaged record before which a reader stopped, if one was met. */
  get damagedAt(): Version | undefined {
    return this.#damagedAt;
  }

  /** Version of the checkpoint that the newest state was replayed from; 0 = none. */
  get checkpointVersion(): Version {
    return this.#checkpointVersion;
  }

  /** Takes over `state` if it is newer, which its caller has just made by a commit of its own. */
  advance(state: RunState): void {
    this.madeDurable(state.version);
    this.#take(state);
  }

  /**
   * Rule `syncfound`: the newest record that is known was perhaps created by another, who may have
   * died before its sync. Makes it durable, once; to be called before anything is done because of it.
   */
  async makeDurable(store: ObjectStore): Promise<void> {
    const { version } = this.outline;
    if (version <= this.#durable) return;
    await store.makeDurable(formatRecordKey(version));
    this.madeDurable(version);
  }

  /**
   * The record that {@link makeDurable} would make durable, for who can do it on the way to a commit,
   * which tells so by {@link madeDurable}.
   */
  get undurable(): ObjectKey | undefined {
    const { version } = this.outline;
    return version > this.#durable ? formatRecordKey(version) : undefined;
  }

  /** The record of `version` was made durable. */
  madeDurable(version: Version): void {
    this.#durable = Math.max(this.#durable, version);
  }

  /**
   * Reads what is new. Who asks while a read is under way shares the next one: that began after the
   * question, too.
   *
   * @throws IoManifestError `CORRUPT` naming the record and the remedy.
   */
  refresh(): Promise<RunState> {
    if (this.#reading === undefined) return this.#beginReading();
    this.#nextReading ??= this.#reading
      .catch(() => undefined)
      .then(() => {
        this.#nextReading = undefined;
        return this.#beginReading();
      });
    return this.#nextReading;
  }

  #beginReading(): Promise<RunState> {
    const reading = this.#readNew().finally(() => {
      if (this.#reading === reading) this.#reading = undefined;
    });
    this.#reading = reading;
    return reading;
  }

  async #readNew(): Promise<RunState> {
    let known = this.#state;
    for (;;) {
      const base = known ?? (await this.#open());
      const read =
        base && (await this.#readFrom(base, Number.POSITIVE_INFINITY, known === undefined));
      if (base && read) {
        if (!known) this.#checkpointVersion = base.version;
        // A commit of this process may have come first: then its state is the newer one.
        this.#take(read);
        return this.state;
      }
      known = undefined;
    }
  }

  /**
   * The state at `version`.
   *
   * @throws IoError `NOT_FOUND` when there is no such version, or it is below the floor.
   */
  async stateAt(version: Version): Promise<RunState> {
    if (version === this.outline.version && !this.#outline.known) return this.state;
    const head = await this.refresh();
    if (version === head.version) return head;
    if (!Number.isSafeInteger(version) || version < 0 || version > head.version) {
      throw new IoError(
        "NOT_FOUND",
        `there is no version ${version}: the newest is ${head.version}`,
        { details: { version, head: head.version } },
      );
    }
    if (version === this.baseVersion) return this.#beginning();
    if (this.#base && version < this.baseVersion) {
      return forkState(await this.#base.parent.stateAt(version));
    }
    while (version >= (await readFloor(this.#reader))) {
      const base = await this.#open(version);
      const state = base && (await this.#readFrom(base, version, false));
      if (state === undefined) continue;
      if (state.version === version) return state;
      throw missingRecord(state.version + 1);
    }
    const floor = await readFloor(this.#reader);
    throw new IoError(
      "NOT_FOUND",
      `version ${version} was cleaned up: the oldest kept is ${floor}`,
      { details: { version, floor } },
    );
  }

  /**
   * The state at a commit that a branch or tag needs, also when it is below the floor: then its own
   * checkpoint was kept. Commit ids are never used again, so what carries the id is the commit.
   *
   * @throws IoError `NOT_FOUND` when it was cleaned up while its name was made.
   */
  async stateOf({ version, commitId }: CommitPoint): Promise<RunState> {
    if (version === 0) return emptyState();
    const state = await this.stateAt(version).catch((error: unknown) => {
      if (error instanceof IoError && error.code === "NOT_FOUND") return this.#belowFloor(version);
      throw error;
    });
    if (state?.commitId === commitId) return state;
    throw new IoError(
      "NOT_FOUND",
      `version ${version} was cleaned up while a branch or tag of it was made: delete that name`,
      { details: { version, commitId } },
    );
  }

  async #belowFloor(version: Version): Promise<RunState | undefined> {
    const found = await findCheckpoint(this.#reader, version);
    const base = found ? this.#own(found) : this.#beginning();
    const state = await this.#replay(base, version);
    return state.version === version ? state : undefined;
  }

  /**
   * The newest version that was committed at `time` or before; 0 when none was. Times in a log never
   * go back, so that a few records are read, however long it is.
   *
   * @throws IoError `NOT_FOUND` when the versions of that time were cleaned up.
   */
  async versionAsOf(time: Date): Promise<Version> {
    await this.refresh();
    const base = this.#base;
    if (base && isCommittedAfter(base.state, time)) return base.parent.versionAsOf(time);
    return findVersionAsOf(this, () => readFloor(this.#reader), time);
  }

  /** Records after `after`, oldest first, up to the newest known at the call. */
  async *records(after: Version = 0, signal?: AbortSignal): AsyncIterable<CommitRecord> {
    const head = (await this.refresh()).version;
    const read = (version: Version) => this.read(version);
    const source = { baseVersion: this.baseVersion, parent: this.#base?.parent, read };
    yield* readRecords(source, this.#reader, after, head, signal);
  }

  /** One record, or undefined when its number is free. */
  async read(version: Version): Promise<CommitRecord | undefined> {
    if (this.#base && version <= this.baseVersion) return this.#base.parent.read(version);
    const bytes = await this.#reader.get(formatRecordKey(version), {
      sizeBytesMax: RECORD_BYTES_MAX,
    });
    return bytes && decodeRecord(version, bytes);
  }

  #take(state: RunState): void {
    if (this.#state === undefined || state.version > this.#state.version) this.#state = state;
    this.#outline.drop();
  }

  /**
   * A state to replay from: the hinted or newest checkpoint up to `last`, else version 0. Rule
   * `floorlast`: undefined when the floor rose meanwhile, since the checkpoint went with the records.
   */
  async #open(last: Version = Number.POSITIVE_INFINITY): Promise<RunState | undefined> {
    const floor = await readFloor(this.#reader);
    const read = (version: Version) => this.read(version);
    const isOurs = (found: RunState) => isOfLog({ read, floor, base: this.baseVersion }, found);
    const hinted = await this.#outline.hinted();
    if (hinted !== undefined && hinted <= last) {
      const checkpoint = await checkpointAt(this.#reader, hinted, isOurs);
      if (checkpoint) return this.#own(checkpoint);
    }
    const newest = await findCheckpoint(this.#reader, last, isOurs);
    if (newest) return this.#own(newest);
    if (floor <= this.baseVersion + 1) return this.#beginning();
    if (floor > last || (await readFloor(this.#reader)) > floor) return undefined;
    throw corrupt(
      formatRecordKey(floor),
      `records below version ${floor} were cleaned up, and no sound checkpoint of them is left`,
    );
  }

  #beginning(): RunState {
    return this.#base ? forkState(this.#base.state, this.#base.point) : emptyState();
  }

  /** A checkpoint does not say whether it is of a branch. */
  #own(checkpoint: RunState): RunState {
    return this.#base ? { ...checkpoint, refs: null } : checkpoint;
  }

  /**
   * The state at `last`, or the newest, replayed from `base`. Rule `floorlast`: undefined when the
   * number after `base` was freed meanwhile; what was found there, or was not, or did not fit,
   * proves nothing then.
   */
  async #readFrom(
    base: RunState,
    last: Version,
    checksEnd: boolean,
  ): Promise<RunState | undefined> {
    const isFreed = async () => (await readFloor(this.#reader)) > base.version + 1;
    try {
      const replayed = await this.#replay(base, last);
      const state = checksEnd ? await this.#checkEnd(replayed) : replayed;
      if (!(await isFreed())) return state;
    } catch (error) {
      if (!isDamage(error) || !(await isFreed())) throw error;
    }
    this.#damagedAt = undefined;
    return undefined;
  }

  async #replay(base: RunState, last: Version): Promise<RunState> {
    let state = base;
    // One at first: in the steady state its number is free, and all is read. Then ever more.
    for (let ahead = 1; state.version < last; ahead = Math.min(2 * ahead, READ_AHEAD_RECORDS)) {
      const first = state.version + 1;
      const count = Math.min(ahead, last - state.version);
      const records = await Promise.all(
        Array.from({ length: count }, (_, i) => this.#readSound(first + i)),
      );
      for (const [i, record] of records.entries()) {
        // One before it may have come to be after this one was looked for.
        const found = record ?? (i > 0 ? await this.#readSound(first + i) : undefined);
        const next = found && this.#follow(state, found);
        if (next === undefined) return state;
        state = next;
      }
    }
    return state;
  }

  /** A record, or undefined when it is absent, or damaged and a reader may stop before it. */
  async #readSound(version: Version): Promise<CommitRecord | undefined> {
    try {
      return await this.read(version);
    } catch (error) {
      return this.#stopBefore(version, error);
    }
  }

  /** The state after `record`, or undefined when it does not follow and a reader may stop there. */
  #follow(state: RunState, record: CommitRecord): RunState | undefined {
    try {
      return applyRecord(state, record);
    } catch (error) {
      return this.#stopBefore(record.version, error);
    }
  }

  #stopBefore(version: Version, error: unknown): undefined {
    if (this.#damage === "refuse" || !isDamage(error)) throw error;
    this.#damagedAt = Math.min(version, this.#damagedAt ?? version);
    return undefined;
  }

  /** At the first read: a free number with a taken one after it is a hole, not the end of the log. */
  async #checkEnd(state: RunState): Promise<RunState> {
    const hole = state.version + 1;
    const beyond = await this.#reader.stat(formatRecordKey(hole + 1));
    if (beyond === undefined) return state;
    // Both may have come to be since the hole was read.
    const late = await this.#readSound(hole);
    const next = late && this.#follow(state, late);
    if (next) return this.#checkEnd(await this.#replay(next, Number.POSITIVE_INFINITY));
    if (this.#damagedAt !== hole) {
      // Freed since then: the caller sees it by the floor.
      if ((await readFloor(this.#reader)) > hole) return state;
      if (this.#damage === "refuse") throw missingRecord(hole);
      this.#damagedAt = hole;
    }
    return state;
  }
}
