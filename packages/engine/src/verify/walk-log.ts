/**
 * Walks the retained log from the floor to its end, whatever is damaged in it, and gives each part and
 * each member of an artifact that a retained version names, once. Looks at records, their chain, and
 * the checkpoints on the way.
 *
 * Where a record is damaged the state is lost; the next sound checkpoint has it again.
 */
import {
  type Artifact,
  type ArtifactMember,
  type ArtifactName,
  formatCheckpointIndexKey,
  formatCheckpointKey,
  formatRecordKey,
  LOG_PREFIX,
  parseRecordKey,
  RECORD_BYTES_MAX,
  type TableDescriptor,
  type TableKey,
  type Version,
} from "@crv/core";
import {
  applyRecord,
  decodeRecord,
  emptyState,
  type LivePart,
  type RunState,
  readCheckpoint,
  readSegmentedCheckpoint,
} from "@crv/manifest";
import type { ObjectReader } from "@crv/storage-trait/object-store";
import { differenceOfStates } from "./compare-states.js";
import type { Findings } from "./findings.js";
import { listNames } from "./list-names.js";
import { damageOf } from "./problem.js";

/** A part, and the oldest retained version that names it. */
export interface NamedPart {
  readonly version: Version;
  readonly descriptor: TableDescriptor;
  readonly part: LivePart;
}

/** A member of an artifact, and the oldest retained version that names it. */
export interface NamedMember {
  readonly version: Version;
  readonly artifact: ArtifactName;
  readonly member: ArtifactMember;
}

export type NamedFile = NamedPart | NamedMember;

export interface CheckpointForms {
  readonly segmented: ReadonlySet<Version>;
  readonly whole: ReadonlySet<Version>;
}

export interface WalkOptions {
  readonly store: ObjectReader;
  readonly findings: Findings;
  readonly floor: Version;
  /** Where the log of a branch begins, the version before `floor`. What it names is not given again. */
  readonly base?: RunState;
  /** Those that are there. */
  readonly checkpoints: CheckpointForms;
  /** Whether statistics of checkpoints are compared, too. */
  readonly deep: boolean;
  readonly signal: AbortSignal | undefined;
}

export class LogWalk {
  readonly #options: WalkOptions;
  #state: RunState | undefined;
  #head: Version = 0;

  constructor(options: WalkOptions) {
    this.#options = options;
  }

  /** The newest state; undefined when damage leaves it unknown. To be asked when the walk has ended. */
  get state(): RunState | undefined {
    return this.#state;
  }

  /** Version of the newest record, sound or not. */
  get head(): Version {
    return this.#head;
  }

  async *files(): AsyncGenerator<NamedFile> {
    const { floor, base, signal } = this.#options;
    const present = await this.#listRecords();
    this.#head = Math.max(floor - 1, ...present.slice(-1));
    this.#state = base ?? (floor === 1 ? emptyState() : await this.#readBase(floor - 1));
    for (let version = floor; version <= this.#head; version++) {
      signal?.throwIfAborted();
      const before = this.#state;
      const isKnown =
        before !== undefined && (version > floor || floor === 1 || base !== undefined);
      const record = await this.#readRecord(version);
      this.#state = record && before && this.#follow(before, record);
      const checkpoint = await this.#checkpointAt(version, this.#state);
      this.#state ??= checkpoint;
      if (this.#state === undefined) continue;
      if (isKnown && record) yield* addedBy(this.#state, record);
      else yield* liveIn(this.#state);
    }
    if (this.#state && !base && this.#head === floor - 1) yield* liveIn(this.#state);
  }

  async #listRecords(): Promise<readonly Version[]> {
    const { store, findings, floor } = this.#options;
    const versions: Version[] = [];
    for await (const version of listNames(store, LOG_PREFIX, parseRecordKey, findings)) {
      if (version >= floor) versions.push(version);
    }
    return versions;
  }

  async #readBase(version: Version): Promise<RunState | undefined> {
    const { findings } = this.#options;
    const state = await this.#checkpointAt(version, undefined);
    if (state === undefined) {
      findings.add({
        file: "checkpoint",
        kind: "missing",
        path: formatCheckpointKey(version),
        version,
        detail: `records up to version ${version} were cleaned up, and no sound checkpoint of it is left`,
      });
    }
    return state;
  }

  async #readRecord(version: Version) {
    const { store, findings } = this.#options;
    const path = formatRecordKey(version);
    findings.counts.records++;
    try {
      const bytes = await store.get(path, { sizeBytesMax: RECORD_BYTES_MAX });
      if (bytes) return await decodeRecord(version, bytes);
      const detail = "it is not there, and later records are";
      findings.add({ file: "record", kind: "missing", path, version, detail });
    } catch (error) {
      findings.add({ file: "record", path, version, ...damageOf(error) });
    }
    return undefined;
  }

  #follow(
    state: RunState,
    record: NonNullable<Awaited<ReturnType<typeof decodeRecord>>>,
  ): RunState | undefined {
    const { version } = record;
    try {
      return applyRecord(state, record);
    } catch (error) {
      const { detail } = damageOf(error);
      const path = formatRecordKey(version);
      this.#options.findings.add({ file: "record", kind: "contradicts", path, version, detail });
      return undefined;
    }
  }

  /** The state of a sound checkpoint of `version`; each form that is there is compared with `fold`. */
  async #checkpointAt(version: Version, fold: RunState | undefined): Promise<RunState | undefined> {
    const { store, findings, checkpoints, deep } = this.#options;
    const forms = [
      [checkpoints.segmented, readSegmentedCheckpoint, formatCheckpointIndexKey] as const,
      [checkpoints.whole, readCheckpoint, formatCheckpointKey] as const,
    ];
    let found: RunState | undefined;
    for (const [there, read, format] of forms) {
      if (!there.has(version)) continue;
      findings.counts.checkpoints++;
      const state = await read(store, version);
      const about = { file: "checkpoint", path: format(version), version } as const;
      if (state === undefined) {
        const detail = "it, or a segment that it names, is missing or not what was written";
        findings.add({ ...about, kind: "changed", detail });
        continue;
      }
      const difference = fold && differenceOfStates(state, fold, deep);
      if (difference !== undefined) {
        const detail = `it is not the fold of the records: ${difference}`;
        findings.add({ ...about, kind: "contradicts", detail });
      } else found ??= state;
    }
    return found;
  }
}

/** The files of a state, each by its version. */
export function* liveIn(state: RunState): Generator<NamedFile> {
  const { version } = state;
  for (const { descriptor, parts } of state.tables.values()) {
    for (const part of parts) yield { version, descriptor, part };
  }
  for (const { name, members } of state.artifacts.list(version)) {
    yield* membersOf(version, name, members);
  }
}

function* membersOf(
  version: Version,
  artifact: ArtifactName,
  members: Artifact["members"],
): Generator<NamedMember> {
  for (const member of members) yield { version, artifact, member };
}

function* addedBy(
  state: RunState,
  record: { readonly version: Version } & Awaited<ReturnType<typeof decodeRecord>>,
): Generator<NamedFile> {
  for (const [name, members] of record.artifacts ?? []) {
    yield* membersOf(record.version, name, members);
  }
  for (const [table, { add }] of record.tables) {
    const descriptor = descriptorOf(state, table);
    for (const part of add) {
      yield { version: record.version, descriptor, part: { ...part, createdAt: record.createdAt } };
    }
  }
}

function descriptorOf(state: RunState, table: TableKey): TableDescriptor {
  return (state.tables.get(table) as NonNullable<ReturnType<RunState["tables"]["get"]>>).descriptor;
}
