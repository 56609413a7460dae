/**
 * Every artifact of a run by name, with what it was before. Grows with its log and is shared by all
 * states of it, like the ledger: a state sees the entries up to its version, and a commit costs what
 * it changes, however many artifacts there are.
 */
import type { Artifact, ArtifactName, CommitRecord, ObjectKey, Version } from "@crv/core";
import { type ArtifactFact, ArtifactRun } from "./artifact-run.js";

/** Runs of one order of magnitude that are merged. */
const FAN_IN = 8;

export class ArtifactIndex {
  /** Facts of each name in order of their versions. */
  readonly #facts = new Map<ArtifactName, ArtifactFact[]>();
  /** Facts that are in no run yet, oldest first. */
  #open: ArtifactFact[] = [];
  #runs: readonly ArtifactRun[] = [];
  /** Names in order, as of so many names: artifacts are seldom removed. */
  #sorted: readonly ArtifactName[] = [];
  /** Paths that a checkpoint names, once asked for. */
  #paths: Set<ObjectKey> | undefined;
  readonly #base: readonly ArtifactRun[];

  /** @param runs As a checkpoint holds them, oldest first. */
  constructor(runs: readonly ArtifactRun[] = []) {
    this.#base = runs;
    this.#runs = runs;
    for (const run of runs) for (const fact of run.facts) this.#put(fact);
  }

  /** Artifacts as a whole checkpoint holds them. */
  static from(artifacts: readonly Artifact[]): ArtifactIndex {
    const facts = [...artifacts].sort((a, b) => a.version - b.version).map(factOf);
    return new ArtifactIndex(facts.length > 0 ? [new ArtifactRun(facts)] : []);
  }

  /** One that goes its own way from `version` on. */
  fork(version: Version): ArtifactIndex {
    return new ArtifactIndex(this.runs(version));
  }

  /** As of `version`; undefined when it is absent then. @throws IoManifestError `CORRUPT`. */
  at(name: ArtifactName, version: Version): Artifact | undefined {
    const fact = this.#at(name, version);
    return fact && artifactOf(fact);
  }

  /** Version of the commit that wrote it; 0 = absent. */
  versionOf(name: ArtifactName, version: Version): Version {
    const fact = this.#at(name, version);
    return fact?.isRemoved === false ? fact.version : 0;
  }

  /** What it was at `from` and after each change up to `to`. */
  versions(name: ArtifactName, from: Version, to: Version): readonly Artifact[] {
    const facts = this.#facts.get(name) ?? [];
    const first = Math.max(
      0,
      facts.findLastIndex((fact) => fact.version <= from),
    );
    return facts.slice(first).flatMap((fact) => {
      const artifact = fact.version <= to ? artifactOf(fact) : undefined;
      return artifact ? [artifact] : [];
    });
  }

  /** In byte order of name. @param prefix Of their names. */
  *list(version: Version, prefix = ""): Generator<Artifact, undefined> {
    for (const name of this.#names()) {
      if (!name.startsWith(prefix)) continue;
      const artifact = this.at(name, version);
      if (artifact) yield artifact;
    }
  }

  /** Whether a checkpoint that this began with names `path`. */
  isBasePath(path: ObjectKey): boolean {
    this.#paths ??= new Set(
      this.#base.flatMap(({ facts }) =>
        facts.flatMap((fact) => fact.members().map((member) => member.path)),
      ),
    );
    return this.#paths.has(path);
  }

  add({ version, createdAt, artifacts }: CommitRecord): void {
    for (const [name, members] of artifacts ?? []) {
      // A record may be read again, from an older state of the same log.
      if (this.#facts.get(name)?.some((fact) => fact.version === version)) continue;
      const fact = factOf({ name, version, createdAt, members });
      this.#put(fact);
      this.#open.push(fact);
    }
  }

  /**
   * All that it knows up to `version` as runs, for a checkpoint. Runs of one order of magnitude are
   * merged, so that a fact is written a logarithmic number of times.
   */
  runs(version: Version): readonly ArtifactRun[] {
    const ripe = this.#open.filter((fact) => fact.version <= version);
    if (ripe.length > 0) {
      this.#open = this.#open.filter((fact) => fact.version > version);
      this.#runs = mergeLast([...this.#runs, new ArtifactRun(ripe)]);
    }
    // An older state than the last one asked for: what is newer is left out of a copy.
    return this.#runs.flatMap((run) => {
      if (run.last <= version) return [run];
      const older = run.facts.filter((fact) => fact.version <= version);
      return older.length > 0 ? [new ArtifactRun(older)] : [];
    });
  }

  #at(name: ArtifactName, version: Version): ArtifactFact | undefined {
    return this.#facts.get(name)?.findLast((fact) => fact.version <= version);
  }

  #names(): readonly ArtifactName[] {
    if (this.#sorted.length !== this.#facts.size) this.#sorted = [...this.#facts.keys()].sort();
    return this.#sorted;
  }

  #put(fact: ArtifactFact): void {
    const facts = this.#facts.get(fact.name);
    if (facts) facts.push(fact);
    else this.#facts.set(fact.name, [fact]);
  }
}

function factOf({ name, version, createdAt, members }: Artifact): ArtifactFact {
  return { name, version, createdAt, isRemoved: members.length === 0, members: () => members };
}

function artifactOf({ name, version, createdAt, isRemoved, members }: ArtifactFact) {
  return isRemoved ? undefined : { name, version, createdAt, members: members() };
}

function mergeLast(runs: readonly ArtifactRun[]): readonly ArtifactRun[] {
  let merged = [...runs];
  for (;;) {
    const last = magnitude(merged.at(-1) as ArtifactRun);
    let first = merged.length;
    while (first > 0 && magnitude(merged[first - 1] as ArtifactRun) <= last) first--;
    if (merged.length - first < FAN_IN) return merged;
    const facts = merged.slice(first).flatMap((run) => run.facts);
    merged = [...merged.slice(0, first), new ArtifactRun(facts)];
  }
}

function magnitude(run: ArtifactRun): number {
  return Math.floor(Math.log2(run.facts.length) / Math.log2(FAN_IN));
}
