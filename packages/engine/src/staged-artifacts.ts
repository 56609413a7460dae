/** The artifacts that one operation writes: their members, a few at a time, and the draft of all. */
import {
  ARTIFACT_MEMBERS_MAX,
  type Artifact,
  type ArtifactMember,
  type ArtifactName,
  checkMemberName,
  GrammarError,
  IoWriteError,
  parseArtifactName,
  show,
} from "@crv/core";
import type { RunState } from "@crv/manifest";
import type { MemberInput } from "@crv/storage-trait";
import pMap from "p-map";
import { ArtifactDraft } from "./artifact-draft.js";
import type { CommitPipeline } from "./commit-pipeline.js";
import type { EngineContext } from "./engine-context.js";

/** Members written at once: some wait for their sync while others are written. */
const MEMBERS_AT_ONCE = 4;

export class StagedArtifacts {
  /** What the operation has made of the artifacts of its base. */
  readonly draft: ArtifactDraft;
  readonly #context: Pick<EngineContext, "clock">;
  readonly #pipeline: CommitPipeline;
  readonly #base: RunState;

  constructor(context: Pick<EngineContext, "clock">, pipeline: CommitPipeline, base: RunState) {
    this.draft = new ArtifactDraft(base);
    this.#context = context;
    this.#pipeline = pipeline;
    this.#base = base;
  }

  /** @param inputs Undefined when nothing is written: the operation is settled already. */
  async stage(name: ArtifactName, inputs: readonly MemberInput[] | undefined): Promise<Artifact> {
    const createdAt = this.#context.clock.now().toISOString();
    const { version } = this.#base;
    if (inputs === undefined) return { name, version, createdAt, members: [] };
    checkPlace(this.draft, name);
    const members = await writeMembers(this.#pipeline, name, inputs);
    await this.#drop(this.draft.write(name, members, createdAt));
    return { name, version, createdAt, members };
  }

  /** Members that another branch wrote. */
  adopt(name: ArtifactName, members: readonly ArtifactMember[]): void {
    checkPlace(this.draft, name);
    this.draft.write(name, members, this.#context.clock.now().toISOString());
  }

  async remove(name: ArtifactName): Promise<void> {
    await this.#drop(this.draft.remove(name));
  }

  async #drop(replaced: Artifact | undefined): Promise<void> {
    if (replaced) await this.#pipeline.dropMembers(replaced);
  }
}

/**
 * In byte order of name. Everything that can be refused is refused before anything is written.
 *
 * @throws GrammarError `INVALID_NAME`. IoWriteError `LIMIT_EXCEEDED`, `WRITE_FAILED`.
 */
async function writeMembers(
  pipeline: CommitPipeline,
  artifact: ArtifactName,
  inputs: readonly MemberInput[],
): Promise<readonly ArtifactMember[]> {
  const sorted = [...inputs].sort((a, b) => (a.name < b.name ? -1 : 1));
  checkMembers(artifact, sorted);
  await pipeline.armArtifacts("artifacts");
  return pMap(sorted, (input) => pipeline.writeMember(artifact, input), {
    concurrency: MEMBERS_AT_ONCE,
  });
}

function checkMembers(artifact: ArtifactName, sorted: readonly MemberInput[]): void {
  parseArtifactName(artifact);
  if (sorted.length < 1 || sorted.length > ARTIFACT_MEMBERS_MAX) {
    throw new IoWriteError(
      "LIMIT_EXCEEDED",
      `${artifact} would have ${sorted.length} files: write 1 to ${ARTIFACT_MEMBERS_MAX} of them`,
      { details: { artifact, members: sorted.length, max: ARTIFACT_MEMBERS_MAX } },
    );
  }
  const seen = new Map<string, string>();
  for (const { name } of sorted) {
    checkMemberName(artifact, name);
    const other = seen.get(name.toLowerCase());
    if (other !== undefined) throw clash(artifact, name, other);
    seen.set(name.toLowerCase(), name);
  }
}

/**
 * A file cannot be shown where another one has its directory, or the reverse. Names above are expected to
 * stay free; who writes one finds what came to be below it at its commit.
 */
function checkPlace(draft: ArtifactDraft, name: ArtifactName): void {
  if (!name.startsWith("files/")) return;
  for (let slash = name.lastIndexOf("/"); slash > "files/".length; ) {
    const above = name.slice(0, slash) as ArtifactName;
    draft.expect(above);
    if (draft.at(above)) throw clash(name, name, above);
    slash = above.lastIndexOf("/");
  }
  const [below] = draft.list(`${name}/`);
  if (below) throw clash(name, name, below.name);
}

function clash(artifact: ArtifactName, name: string, other: string): GrammarError {
  return new GrammarError(
    "INVALID_NAME",
    `${artifact} cannot have both ${show(name)} and ${show(other)}: on some disk they are one place; use other names`,
    { details: { what: "member name", value: name, other } },
  );
}
