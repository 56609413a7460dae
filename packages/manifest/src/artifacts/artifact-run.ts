/** Facts of a range of versions about artifacts: one segment of a checkpoint. */
import type { ArtifactMember, ArtifactName, Version } from "@crv/core";
import type { SegmentRef } from "../parts/part-chunk.js";

/** What one commit did to one artifact. */
export interface ArtifactFact {
  readonly name: ArtifactName;
  readonly version: Version;
  readonly createdAt: string;
  readonly isRemoved: boolean;
  /** Decoded when asked for. @throws IoManifestError `CORRUPT`. */
  readonly members: () => readonly ArtifactMember[];
}

export class ArtifactRun {
  /** In order of their versions; at least one. */
  readonly facts: readonly ArtifactFact[];
  /** Set once it is on disk. */
  segment: SegmentRef | undefined;

  constructor(facts: readonly ArtifactFact[], segment?: SegmentRef) {
    this.facts = facts;
    this.segment = segment;
  }

  get count(): number {
    return this.facts.length;
  }

  /** Highest version of its facts. */
  get last(): Version {
    return this.facts.at(-1)?.version as Version;
  }
}
