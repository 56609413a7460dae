/**
 * Artifacts: what a run holds beside its tables. Each has a name and is replaced whole by a commit: a
 * batch of tensors, metadata, a file. Source: docs/format/artifacts.md.
 */
import type { ArtifactName } from "./artifact-name.js";
import type { ObjectKey } from "./object-key.js";
import type { Digest } from "./seal.js";
import type { Version } from "./version.js";

/** One tensor of a member that is a safetensors file: enough to read it without the header. */
export interface TensorEntry {
  readonly name: string;
  /** As in the header: `F32`, `BF16`, … */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Bytes of the file, `[begin, end)`. */
  readonly begin: number;
  readonly end: number;
  /** CRC-32 (IEEE) of these bytes: 8 lower-case hex digits. */
  readonly crc32: string;
}

/** One stored object of an artifact. */
export interface ArtifactMember {
  /** Within its artifact; which names there may be depends on the artifact's own. */
  readonly name: string;
  /** Relative to the run. */
  readonly path: ObjectKey;
  readonly bytes: number;
  readonly digest: Digest;
  /** Of a tensor file, in the order of their data; absent when there are more than a record lists. */
  readonly tensors?: readonly TensorEntry[];
}

/** One artifact at one version of its run. */
export interface Artifact {
  readonly name: ArtifactName;
  /** Version of the run that wrote it: what a writer that replaces it expects. */
  readonly version: Version;
  /** Of that commit. */
  readonly createdAt: string;
  /** In byte order of name; at least one. */
  readonly members: readonly ArtifactMember[];
}
