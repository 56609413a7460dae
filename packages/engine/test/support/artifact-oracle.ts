/**
 * What the artifacts of a run must be: those of the operations that the log names, one after the other
 * in its order. It reads the same log as the oracle of rows: what both agree with appeared together.
 */
import assert from "node:assert/strict";
import type {
  Artifact,
  ArtifactName,
  CommitOutcome,
  CommitRecord,
  Conflict,
  OperationId,
  Version,
} from "@crv/core";
import {
  type ArtifactStep,
  applyArtifactStep,
  changedNames,
  type Members,
  membersText,
  type RunArtifacts,
} from "./artifact-steps.js";

/** What an operation means to do to artifacts. */
export interface MeantArtifacts {
  readonly id: OperationId;
  readonly steps: readonly ArtifactStep[];
  /** Version that it read. */
  readonly base: Version;
}

/** Artifacts that somebody saw. */
export interface SeenArtifacts {
  readonly version: Version;
  /** All that are there. */
  readonly listed?: Iterable<Artifact>;
  /** Those that were read whole; undefined: there was none. */
  readonly read?: ReadonlyMap<ArtifactName, Members | undefined>;
  /** Steps of its own that the reader had staged on top of the version. */
  readonly staged?: readonly ArtifactStep[];
}

export class ArtifactOracle {
  readonly #meant = new Map<OperationId, MeantArtifacts>();
  readonly #seen: SeenArtifacts[] = [];
  readonly #told: { readonly id: OperationId; readonly outcome: CommitOutcome }[] = [];

  mean(operation: MeantArtifacts): void {
    this.#meant.set(operation.id, operation);
  }

  see(seen: SeenArtifacts): void {
    this.#seen.push(seen);
  }

  tell(id: OperationId, outcome: CommitOutcome): void {
    this.#told.push({ id, outcome });
  }

  /** @param records The whole log from version 1, the trimmed records too. */
  check(records: readonly CommitRecord[]): void {
    const log = this.#fold(records);
    for (const seen of this.#seen) checkSeen(log, seen);
    for (const { id, outcome } of this.#told) {
      const meant = this.#meant.get(id);
      if (outcome.kind === "unchanged" && meant) checkUnchanged(log, meant);
      if (outcome.kind === "conflict") checkConflict(log, meant, outcome.conflict);
    }
  }

  #fold(records: readonly CommitRecord[]): FoldedArtifacts {
    const log = new FoldedArtifacts();
    for (const record of records) {
      const landed = record.operations.flatMap(({ id }) => this.#meant.get(id) ?? []);
      for (const operation of landed) checkUndisturbed(log, operation, record.version);
      log.add(
        record,
        landed.flatMap(({ steps }) => steps),
      );
    }
    return log;
  }
}

/** The log with the artifacts of every version. */
class FoldedArtifacts {
  readonly #artifacts: RunArtifacts[] = [new Map()];
  /** Versions that wrote or removed each, in their order. */
  readonly #changedAt = new Map<ArtifactName, Version[]>();

  add({ version, artifacts }: CommitRecord, steps: readonly ArtifactStep[]): void {
    const before = this.at(version - 1);
    const changed = changedNames(before, steps);
    assert.deepEqual(
      [...(artifacts?.keys() ?? [])].sort(),
      changed,
      `I2: artifacts that version ${version} changes`,
    );
    for (const name of changed) {
      this.#changedAt.set(name, [...(this.#changedAt.get(name) ?? []), version]);
    }
    this.#artifacts.push(steps.reduce(applyArtifactStep, before));
  }

  at(version: Version): RunArtifacts {
    const artifacts = this.#artifacts[version];
    assert.ok(artifacts, `I6: version ${version} was read and is not in the log`);
    return artifacts;
  }

  /** Version that wrote what is there at `version`; 0 = nothing is. */
  versionOf(name: ArtifactName, version: Version): Version {
    if (!this.at(version).has(name)) return 0;
    return this.#changedAt.get(name)?.findLast((changed) => changed <= version) ?? 0;
  }

  /** Whether the artifact of that version was the newest at some time after `base`. */
  wasNewest(name: ArtifactName, written: Version, base: Version): boolean {
    const versions = [...this.#artifacts.keys()].slice(base + 1);
    return versions.some((version) => this.versionOf(name, version) === written);
  }
}

function checkSeen(log: FoldedArtifacts, { version, listed, read, staged = [] }: SeenArtifacts) {
  const what = `at version ${version}, with ${staged.length} steps staged`;
  const run = staged.reduce(applyArtifactStep, log.at(version));
  for (const [name, members] of read ?? []) {
    assert.equal(membersText(members), membersText(run.get(name)), `I6: ${name} ${what}`);
  }
  if (listed === undefined) return;
  const found = [...listed].map((artifact) => [
    artifact.name,
    artifact.version,
    ...artifact.members.map(({ name }) => name),
  ]);
  const there = [...run].map(([name, members]) => [
    name,
    log.versionOf(name, version),
    ...[...members.keys()].sort(),
  ]);
  assert.deepEqual(found.sort(), there.sort(), `I6: artifacts ${what}`);
}

/** Conflicts, the half that must be refused: all that it wrote or looked at is as it was. */
function checkUndisturbed(log: FoldedArtifacts, operation: MeantArtifacts, version: Version): void {
  for (const { name } of operation.steps) {
    assert.equal(
      log.versionOf(name, version - 1),
      log.versionOf(name, operation.base),
      `I10: ${operation.id} of base ${operation.base} landed as ${version} though ${name} had changed`,
    );
  }
}

/** Conflicts, the half that must not be refused: the other kinds are of tables. */
function checkConflict(
  log: FoldedArtifacts,
  meant: MeantArtifacts | undefined,
  conflict: Conflict,
): void {
  if (conflict.kind !== "ArtifactChanged") return;
  const why = `I13: ${meant?.id} was refused: ${JSON.stringify(conflict)}`;
  const { artifact, expected, actual } = conflict;
  assert.ok(meant, why);
  assert.ok(
    meant.steps.some(({ name }) => name === artifact),
    why,
  );
  assert.equal(expected, log.versionOf(artifact, meant.base), why);
  assert.ok(actual !== expected && log.wasNewest(artifact, actual, meant.base), why);
}

function checkUnchanged(log: FoldedArtifacts, { id, base, steps }: MeantArtifacts): void {
  assert.deepEqual(changedNames(log.at(base), steps), [], `${id} is said to be unchanged`);
}
