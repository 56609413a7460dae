/**
 * The commit log of one branch, read: the newest state, states of older versions, the records.
 *
 * Records are read forward from a checkpoint or from what is known, until a number is free. Numbers
 * have no holes, so no directory is listed. The hint only saves steps: it is never trusted.
 * Rule `floorlast`: who read records reads the floor after them, and starts over if the floor has
 * passed the first record read, since its number might have been freed and taken again.
 */
import {
  type CommitRecord,
  CrvError,
  formatRecordKey,
  HEAD_HINT_KEY,
  IoError,
  RECORD_BYTES_MAX,
  SMALL_FILE_BYTES_MAX,
  type Version,
} from "@crv/core";
import type { ObjectReader, ObjectStore } from "@crv/storage-trait/object-store";
import { corrupt } from "./document.js";
import { checkpointAt, findCheckpoint } from "./find-checkpoint.js";
import { readFloor } from "./floor.js";
import { decodeRecord } from "./record-codec.js";
import { applyRecord, emptyState, type RunState } from "./run-state.js";

/** Most records fetched at once while replaying: enough to hide latency. */
const READ_AHEAD_RECORDS = 16;

/** Whether the whole log must be sound, or its newest sound version will do. */
export type Damage = "refuse" | "stop-before";

export class CommitLog {
  readonly #reader: ObjectReader;
  readonly #damage: Damage;
  #state: RunState | undefined;
  #damagedAt: Version | undefined;
  #checkpointVersion: Version = 0;
  /** Up to here records are known to survive a loss of power. */
  #durable: Version = 0;
  #reading: Promise<RunState> | undefined;
  #nextReading: Promise<RunState> | undefined;

  /** @param damage What a damaged newest record means: an error, or the version before it. */
  constructor(reader: ObjectReader, damage: Damage = "refuse") {
    this.#reader = reader;
    this.#damage = damage;
  }

  /** The newest state that this object has seen; {@link refresh} looks for newer ones. */
  get state(): RunState {
    return this.#state ?? emptyState();
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
    this.#durable = Math.max(this.#durable, state.version);
    this.#take(state);
  }

  /**
   * Rule `syncfound`: the newest record that is known was perhaps created by another, who may have
   * died before its sync. Makes it durable, once; to be called before anything is done because of it.
   */
  async makeDurable(store: ObjectStore): Promise<void> {
    const { version } = this.state;
    if (version <= this.#durable) return;
    await store.makeDurable(formatRecordKey(version));
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
    if (version === this.state.version) return this.state;
    const head = await this.refresh();
    if (version === head.version) return head;
    if (!Number.isSafeInteger(version) || version < 0 || version > head.version) {
      throw new IoError(
        "NOT_FOUND",
        `there is no version ${version}: the newest is ${head.version}`,
        { details: { version, head: head.version } },
      );
    }
    if (version === 0) return emptyState();
    while (version >= (await readFloor(this.#reader))) {
      const base = await this.#open(version);
      const state = base && (await this.#readFrom(base, version, false));
      if (state === undefined) continue;
      if (state.version === version) return state;
      throw missing(state.version + 1);
    }
    const floor = await readFloor(this.#reader);
    throw new IoError(
      "NOT_FOUND",
      `version ${version} was cleaned up: the oldest kept is ${floor}`,
      { details: { version, floor } },
    );
  }

  /**
   * The newest version that was committed at `time` or before; 0 when none was. Times in a log never
   * go back, so that a few records are read, however long it is.
   *
   * @throws IoError `NOT_FOUND` when the versions of that time were cleaned up.
   */
  async versionAsOf(time: Date): Promise<Version> {
    const isAfter = (createdAt: string | null): boolean =>
      createdAt !== null && Date.parse(createdAt) > time.getTime();
    const head = await this.refresh();
    if (!isAfter(head.createdAt)) return head.version;
    for (;;) {
      const floor = await readFloor(this.#reader);
      let [before, after] = [floor - 1, head.version];
      while (after - before > 1) {
        const middle = Math.floor((before + after) / 2);
        const record = await this.read(middle);
        if (record === undefined) break;
        if (isAfter(record.createdAt)) after = middle;
        else before = middle;
      }
      // Otherwise a record was cleaned up meanwhile: the floor has risen.
      if (after - before > 1) {
        if ((await readFloor(this.#reader)) === floor)
          throw missing(Math.floor((before + after) / 2));
        continue;
      }
      if (before >= floor || floor === 1) return before;
      throw new IoError(
        "NOT_FOUND",
        `the versions of ${time.toISOString()} were cleaned up: the oldest kept is ${floor}`,
        { details: { asOf: time.toISOString(), floor } },
      );
    }
  }

  /** Records after `after`, oldest first, up to the newest known at the call. */
  async *records(after: Version = 0, signal?: AbortSignal): AsyncIterable<CommitRecord> {
    const head = (await this.refresh()).version;
    const first = Math.max(after + 1, await readFloor(this.#reader));
    for (let version = first; version <= head; version++) {
      signal?.throwIfAborted();
      const record = await this.read(version);
      if (record) {
        yield record;
        continue;
      }
      const floor = await readFloor(this.#reader);
      if (floor <= version) throw missing(version);
      version = floor - 1; // cleaned up meanwhile
    }
  }

  /** One record, or undefined when its number is free. */
  async read(version: Version): Promise<CommitRecord | undefined> {
    const bytes = await this.#reader.get(formatRecordKey(version), {
      sizeBytesMax: RECORD_BYTES_MAX,
    });
    return bytes && decodeRecord(version, bytes);
  }

  #take(state: RunState): void {
    if (this.#state === undefined || state.version > this.#state.version) this.#state = state;
  }

  /**
   * A state to replay from: the hinted or newest checkpoint up to `last`, else version 0. Rule
   * `floorlast`: undefined when the floor rose meanwhile, since the checkpoint went with the records.
   */
  async #open(last: Version = Number.POSITIVE_INFINITY): Promise<RunState | undefined> {
    const floor = await readFloor(this.#reader);
    const isOurs = (checkpoint: RunState): Promise<boolean> => this.#isOurs(checkpoint, floor);
    const hinted = await readHint(this.#reader);
    if (hinted !== undefined && hinted <= last) {
      const checkpoint = await checkpointAt(this.#reader, hinted, isOurs);
      if (checkpoint) return checkpoint;
    }
    const newest = await findCheckpoint(this.#reader, last, isOurs);
    if (newest) return newest;
    if (floor === 1) return emptyState();
    if (floor > last || (await readFloor(this.#reader)) > floor) return undefined;
    throw corrupt(
      formatRecordKey(floor),
      `records below version ${floor} were cleaned up, and no sound checkpoint of them is left`,
    );
  }

  /**
   * Whether the log goes on from `checkpoint`: its record is there and is the same commit, or was
   * cleaned up. One that outlived its records, or was copied from elsewhere, is bypassed.
   */
  async #isOurs(checkpoint: RunState, floor: Version): Promise<boolean> {
    if (checkpoint.version < floor) return checkpoint.version + 1 === floor;
    try {
      return (await this.read(checkpoint.version))?.commitId === checkpoint.commitId;
    } catch (error) {
      // The checkpoint still says what the damaged record said.
      if (isDamage(error)) return true;
      throw error;
    }
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
      if (this.#damage === "refuse") throw missing(hole);
      this.#damagedAt = hole;
    }
    return state;
  }
}

/** A document that cannot be trusted, as against a store that does not answer. */
function isDamage(error: unknown): boolean {
  return error instanceof CrvError && ["CORRUPT", "LIMIT_EXCEEDED"].includes(error.code);
}

/** Version of a checkpoint that existed, according to the hint. */
async function readHint(reader: ObjectReader): Promise<Version | undefined> {
  const bytes = await reader
    .get(HEAD_HINT_KEY, { sizeBytesMax: SMALL_FILE_BYTES_MAX })
    .catch((error: unknown) => {
      if (isDamage(error)) return undefined;
      throw error;
    });
  const version = Number(bytes && new TextDecoder().decode(bytes).trim());
  return Number.isSafeInteger(version) && version > 0 ? version : undefined;
}

function missing(version: Version): IoError {
  return corrupt(formatRecordKey(version), "it is missing, and later records exist");
}
