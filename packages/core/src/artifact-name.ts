/**
 * Names of artifacts and of their members, and where each is shown. Source: docs/format/artifacts.md.
 *
 *   batches/<index>     a batch of tensors by name          batch_000042.safetensors
 *   layers/<index>      tensors by layer and key            batch_42/metadata.json, batch_42/<layer>/<key>.safetensors
 *   detectors/<index>   an entry of the run-wide detectors  not shown
 *   detectors           all entries in the original's form  detectors/metadata.json, detectors/<layer>/<key>.safetensors
 *   metadata            of the run                          meta.json
 *   files/<path>        any file                            artifacts/<path>
 *
 * Names become file names: what is not safe on every file system is refused, never escaped.
 */
import { GrammarError, show } from "./errors.js";
import type { ArtifactName } from "./id-types.js";
import { BATCH_INDEX_MAX, NAME_CHARS_MAX } from "./limits.js";
import { type ObjectKey, parseObjectKey } from "./object-key.js";

export type { ArtifactName } from "./id-types.js";

/** The one member of a batch, and of an entry of the detectors. */
export const TENSORS_MEMBER = "tensors.safetensors";
/** The JSON of `layers/<index>` and `detectors`. */
export const METADATA_MEMBER = "metadata.json";
/** The one member of `metadata`. */
export const RUN_METADATA_MEMBER = "meta.json";
/** The one member of a file. */
export const CONTENT_MEMBER = "content";

export const METADATA_ARTIFACT = "metadata" as ArtifactName;
export const DETECTORS_ARTIFACT = "detectors" as ArtifactName;

const INDEX = /^(?:0|[1-9]\d*)$/;
const DEVICE = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/i;
const TENSOR_SUFFIX = ".safetensors";
/** Room for `artifacts/` and `batch_<index>/` within a key. */
const PATH_CHARS_MAX = 900;

export type IndexedKind = "batches" | "layers" | "detectors";

export type ParsedArtifactName =
  | { readonly kind: IndexedKind; readonly index: number }
  | { readonly kind: "metadata" | "all-detectors" }
  | { readonly kind: "file"; readonly path: string };

/** @throws GrammarError `INVALID_NAME` when `index` is no whole number from 0 to 2^53-1. */
export function formatIndexedName(kind: IndexedKind, index: number): ArtifactName {
  return `${kind}/${checkIndex(index)}` as ArtifactName;
}

/** @throws GrammarError `INVALID_NAME` for a path that is not safe as one. */
export function formatFileName(path: string): ArtifactName {
  return `files/${checkPath("file name", path)}` as ArtifactName;
}

/** @throws GrammarError `INVALID_NAME`. */
export function parseArtifactName(value: unknown): ArtifactName {
  if (typeof value === "string") {
    describeArtifactName(value);
    return value as ArtifactName;
  }
  throw invalid("artifact name", value, "it must be a text");
}

/** What a name says. @throws GrammarError `INVALID_NAME`. */
export function describeArtifactName(name: string): ParsedArtifactName {
  if (name === METADATA_ARTIFACT) return { kind: "metadata" };
  if (name === DETECTORS_ARTIFACT) return { kind: "all-detectors" };
  const slash = name.indexOf("/");
  const kind = name.slice(0, slash);
  const rest = name.slice(slash + 1);
  if (kind === "files") return { kind: "file", path: checkPath("file name", rest) };
  if (slash > 0 && isIndexedKind(kind) && INDEX.test(rest)) {
    return { kind, index: checkIndex(Number(rest)) };
  }
  throw invalid(
    "artifact name",
    name,
    'it must be "metadata", "detectors", "batches/<index>", "layers/<index>", "detectors/<index>" or "files/<path>"',
  );
}

function isIndexedKind(kind: string): kind is IndexedKind {
  return kind === "batches" || kind === "layers" || kind === "detectors";
}

/** Name of the member that holds the tensor of one layer and key. */
export function formatLayerMember(layer: string, key: string): string {
  checkSegment("layer name", layer);
  checkSegment("tensor key", key);
  if (layer === METADATA_MEMBER) throw invalid("layer name", layer, "the metadata has that name");
  return `${layer}/${key}${TENSOR_SUFFIX}`;
}

/** Undefined for the JSON. Requires: a member of `layers/<index>` or `detectors`. */
export function parseLayerMember(
  member: string,
): { readonly layer: string; readonly key: string } | undefined {
  const slash = member.indexOf("/");
  if (slash < 0) return undefined;
  return { layer: member.slice(0, slash), key: member.slice(slash + 1, -TENSOR_SUFFIX.length) };
}

/** Whether a member is a safetensors file of ours; a file that someone named so is not. */
export function isTensorMember(member: string): boolean {
  return member.endsWith(TENSOR_SUFFIX);
}

/**
 * Checks that a member may be of that artifact.
 *
 * @throws GrammarError `INVALID_NAME`.
 */
export function checkMemberName(artifact: ArtifactName, member: string): void {
  const { kind } = describeArtifactName(artifact);
  if (member === onlyMember(kind)) return;
  if (kind === "layers" || kind === "all-detectors") {
    if (member === METADATA_MEMBER) return;
    const parsed = parseLayerMember(member);
    if (parsed && member.endsWith(TENSOR_SUFFIX)) {
      formatLayerMember(parsed.layer, parsed.key);
      return;
    }
  }
  throw invalid("member name", member, `${artifact} has no such member`);
}

function onlyMember(kind: ParsedArtifactName["kind"]): string | undefined {
  if (kind === "file") return CONTENT_MEMBER;
  if (kind === "metadata") return RUN_METADATA_MEMBER;
  return kind === "batches" || kind === "detectors" ? TENSORS_MEMBER : undefined;
}

/** Where a member is shown to other programs; undefined when it is not. */
export function formatArtifactViewKey(
  artifact: ArtifactName,
  member: string,
): ObjectKey | undefined {
  const parsed = describeArtifactName(artifact);
  switch (parsed.kind) {
    case "batches":
      return `batch_${String(parsed.index).padStart(6, "0")}${TENSOR_SUFFIX}` as ObjectKey;
    case "layers":
      return `batch_${parsed.index}/${member}` as ObjectKey;
    case "detectors":
      return undefined;
    case "all-detectors":
      return `detectors/${member}` as ObjectKey;
    case "metadata":
      return member as ObjectKey;
    case "file":
      return `artifacts/${parsed.path}` as ObjectKey;
  }
}

function checkIndex(index: number): number {
  if (Number.isSafeInteger(index) && index >= 0 && index <= BATCH_INDEX_MAX) return index;
  throw invalid("batch index", index, `it must be a whole number from 0 to ${BATCH_INDEX_MAX}`);
}

function checkPath(what: string, path: string): string {
  if (typeof path !== "string" || path.length > PATH_CHARS_MAX) {
    throw invalid(what, path, `it must be a text of at most ${PATH_CHARS_MAX} characters`);
  }
  for (const segment of path.split("/")) checkSegment(what, segment);
  return path;
}

/** One segment of a key, as every file system takes it. */
function checkSegment(what: string, segment: string): void {
  if (typeof segment !== "string" || segment.length > NAME_CHARS_MAX || segment.includes("/")) {
    throw invalid(what, segment, `it must be a text without "/", at most ${NAME_CHARS_MAX} long`);
  }
  try {
    parseObjectKey(segment);
  } catch {
    throw invalid(what, segment, "use printable ASCII without spaces and special characters");
  }
  if (DEVICE.test(segment)) throw invalid(what, segment, "it is a reserved device name");
}

function invalid(what: string, value: unknown, remedy: string): GrammarError {
  return new GrammarError("INVALID_NAME", `invalid ${what} ${show(value)}: ${remedy}`, {
    details: { what, value },
  });
}
