/**
 * The artifacts of a run as an operation has made them so far: those of its base, without those that
 * it removed, with those that it wrote. Pure.
 */
import type { Artifact, ArtifactMember, ArtifactName, Version } from "@crv/core";
import type { ArtifactEdits, RunState } from "@crv/manifest";

export class ArtifactDraft {
  readonly #base: RunState;
  readonly #expected = new Map<ArtifactName, Version>();
  /** Without members = removed. */
  readonly #changes = new Map<ArtifactName, Artifact>();

  constructor(base: RunState) {
    this.#base = base;
  }

  at(name: ArtifactName): Artifact | undefined {
    const change = this.#changes.get(name);
    if (change === undefined) return this.#baseAt(name);
    return change.members.length > 0 ? change : undefined;
  }

  /** In byte order of name. */
  list(prefix = ""): readonly Artifact[] {
    const base = [...this.#base.artifacts.list(this.#base.version, prefix)];
    const kept = base.filter(({ name }) => !this.#changes.has(name));
    const written = [...this.#changes.values()].filter(
      ({ name, members }) => members.length > 0 && name.startsWith(prefix),
    );
    return [...kept, ...written].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  expect(name: ArtifactName): void {
    const { artifacts, version } = this.#base;
    this.#expected.set(name, artifacts.versionOf(name, version));
  }

  /** @returns what it replaces of this operation's own, which no record will name. */
  write(
    name: ArtifactName,
    members: readonly ArtifactMember[],
    createdAt: string,
  ): Artifact | undefined {
    this.expect(name);
    const before = this.#changes.get(name);
    this.#changes.set(name, { name, version: this.#base.version, createdAt, members });
    return before;
  }

  /** @returns as of {@link write}. */
  remove(name: ArtifactName): Artifact | undefined {
    this.expect(name);
    const before = this.#changes.get(name);
    const base = this.#baseAt(name);
    if (base) this.#changes.set(name, { ...base, members: [] });
    else this.#changes.delete(name);
    return before;
  }

  /** Undefined when nothing was written, removed or expected. */
  get edits(): ArtifactEdits | undefined {
    if (this.#expected.size === 0) return undefined;
    const changes = [...this.#changes].map(
      ([name, { members }]): readonly [ArtifactName, readonly ArtifactMember[]] => [name, members],
    );
    return { expected: this.#expected, changes: new Map(changes) };
  }

  get hasEffect(): boolean {
    return this.#changes.size > 0;
  }

  /** Of an operation that writes nothing else; undefined without effect. */
  get kind(): "tensors" | "files" | undefined {
    if (!this.hasEffect) return undefined;
    return [...this.#changes.keys()].some((name) => name.startsWith("files/"))
      ? "files"
      : "tensors";
  }

  #baseAt(name: ArtifactName): Artifact | undefined {
    return this.#base.artifacts.at(name, this.#base.version);
  }
}
