/** The artifacts of a run as they ought to be, at every version, and one operation on them. */
import type { ArtifactName } from "@crv/core";
import type { Members } from "../artifact-steps.js";
import type { ArtifactChange } from "./artifact-changes.js";

/** What a commit did: undefined = removed. */
export type ArtifactEffects = ReadonlyMap<ArtifactName, Members | undefined>;

interface Fact {
  readonly version: number;
  readonly members: Members | undefined;
}

export class ModelArtifacts {
  readonly #facts = new Map<ArtifactName, Fact[]>();

  at(name: ArtifactName, version: number): Members | undefined {
    return this.#factAt(name, version)?.members;
  }

  /** Version that wrote what is there; 0 = nothing is. */
  versionOf(name: ArtifactName, version: number): number {
    const fact = this.#factAt(name, version);
    return fact?.members === undefined ? 0 : fact.version;
  }

  /** Those that exist at `version`, in byte order. */
  names(version: number): readonly ArtifactName[] {
    return [...this.#facts.keys()].filter((name) => this.at(name, version) !== undefined).sort();
  }

  /** Those that `version` wrote or removed, in byte order. */
  changedAt(version: number): readonly ArtifactName[] {
    return [...this.#facts.keys()]
      .filter((name) => this.#factAt(name, version)?.version === version)
      .sort();
  }

  commit(version: number, effects: ArtifactEffects): void {
    for (const [name, members] of effects) {
      const facts = this.#facts.get(name) ?? [];
      this.#facts.set(name, [...facts, { version, members }]);
    }
  }

  #factAt(name: ArtifactName, version: number): Fact | undefined {
    return this.#facts.get(name)?.findLast((fact) => fact.version <= version);
  }
}

/** One operation: what it found, what it made of it, and what must be as it was at its commit. */
export class ArtifactDraft {
  readonly #artifacts: ModelArtifacts;
  readonly #base: number;
  readonly #expected = new Set<ArtifactName>();
  readonly #effects = new Map<ArtifactName, Members | undefined>();

  constructor(artifacts: ModelArtifacts, base: number) {
    this.#artifacts = artifacts;
    this.#base = base;
  }

  /** The same operation, of which nothing has been done yet. */
  afresh(): ArtifactDraft {
    return new ArtifactDraft(this.#artifacts, this.#base);
  }

  get effects(): ArtifactEffects {
    return this.#effects;
  }

  read(name: ArtifactName): Members | undefined {
    return this.#effects.has(name) ? this.#effects.get(name) : this.#artifacts.at(name, this.#base);
  }

  apply(change: ArtifactChange): void {
    const { artifact } = change;
    this.#expected.add(artifact);
    if (change.kind === "put") this.#effects.set(artifact, change.members);
    if (change.kind !== "remove") return;
    // What was not there before is as if it had never been put.
    if (this.#artifacts.at(artifact, this.#base)) this.#effects.set(artifact, undefined);
    else this.#effects.delete(artifact);
  }

  /** Those that are others at `version` than it found. */
  movedAt(version: number): readonly ArtifactName[] {
    const artifacts = this.#artifacts;
    return [...this.#expected].filter(
      (name) => artifacts.versionOf(name, version) !== artifacts.versionOf(name, this.#base),
    );
  }
}
