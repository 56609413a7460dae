/** What is staged of batches, detectors, metadata and files, into one operation of a run. */
import {
  type Artifact,
  CONTENT_MEMBER,
  describeArtifactName,
  formatFileName,
  formatIndexedName,
  formatLayerMember,
  IoSchemaError,
  IoWriteError,
  METADATA_ARTIFACT,
  METADATA_MEMBER,
  RUN_METADATA_MEMBER,
  show,
  TENSORS_MEMBER,
} from "@crv/core";
import type { MemberInput, StagedOperation } from "@crv/storage-trait";
import { type CastOptions, castInputs } from "./cast.js";
import { encodeJson } from "./python-json.js";
import {
  type AnyTensorInput,
  type BatchInput,
  entriesOf,
  type Json,
  type JsonObject,
  type LayersInput,
  layersOf,
  namedTensors,
} from "./tensor-input.js";
import { tensorMember } from "./tensor-member.js";
import { untilAborted } from "./until-aborted.js";

/** Member of the original's JSON that lists the tensors beside it. */
export const NAMES_FIELD = "_tensor_metadata_names";
/** Member of `__metadata__` that says what a batch was given as. */
export const KIND_FIELD = "crv.kind";
/** Of an entry of the detectors: its metadata. */
export const ENTRY_FIELD = "crv.entry";
/** Name of the one tensor of a file of a layer and key. */
export const TENSOR_NAME = "tensor";

/** Bytes of a file, whole or in pieces. Pieces are asked for once. */
export type FileInput = Uint8Array | string | AsyncIterable<Uint8Array>;

/** Of a member that is staged. */
export interface StageOptions extends CastOptions {
  /** Ends streams, also those that give nothing. */
  readonly signal?: AbortSignal;
}

/** Tensors by name or in a list, in one file. The same index may also have layers. */
export async function stageBatch(
  operation: StagedOperation,
  index: number,
  input: BatchInput,
  { dtype, signal }: StageOptions = {},
): Promise<Artifact> {
  const name = formatIndexedName("batches", index);
  const what = `batch ${index}`;
  const { kind, tensors } = namedTensors(input);
  const cast = castInputs(what, tensors, dtype);
  const member = tensorMember(what, TENSORS_MEMBER, cast, { [KIND_FIELD]: kind }, signal);
  return operation.stageArtifact(name, [member]);
}

/** Tensors by layer and key, one file each, and their metadata. Replaces all layers that it had. */
export async function stageLayers(
  operation: StagedOperation,
  index: number,
  layers: LayersInput,
  metadata: JsonObject = {},
  options: StageOptions = {},
): Promise<Artifact> {
  const name = formatIndexedName("layers", index);
  const { members, names } = layerMembers(`batch ${index}`, layers, options);
  const json = encodeJson({ ...checkObject(metadata), [NAMES_FIELD]: names });
  return operation.stageArtifact(name, [{ name: METADATA_MEMBER, body: () => json }, ...members]);
}

function layerMembers(what: string, layers: LayersInput, { dtype, signal }: StageOptions) {
  const members: MemberInput[] = [];
  const names: Record<string, string[]> = Object.create(null);
  for (const [layer, tensors] of layersOf(layers)) {
    const where = `${what}, layer ${show(layer)}`;
    const entries = castInputs(where, entriesOf(`layer ${show(layer)}`, tensors), dtype);
    if (entries.size === 0) continue;
    names[layer] = [...entries.keys()];
    for (const [key, tensor] of entries) {
      const named = new Map<string, AnyTensorInput>([[TENSOR_NAME, tensor]]);
      const member = formatLayerMember(layer, key);
      const where = `${what}, layer ${layer}, ${key}`;
      members.push(tensorMember(where, member, named, undefined, signal));
    }
  }
  return { members, names };
}

/** Metadata of the run: replaced whole. */
export async function stageMetadata(operation: StagedOperation, value: Json): Promise<Artifact> {
  const json = encodeJson(value);
  return operation.stageArtifact(METADATA_ARTIFACT, [
    { name: RUN_METADATA_MEMBER, body: () => json },
  ]);
}

/**
 * Adds an entry to the run-wide detectors, at a cost that is that of the entry.
 *
 * @returns its index: how many there were.
 */
export async function stageDetectors(
  operation: StagedOperation,
  metadata: JsonObject,
  layers: LayersInput,
): Promise<{ readonly index: number; readonly artifact: Artifact }> {
  const index = nextDetectorIndex(operation);
  const name = formatIndexedName("detectors", index);
  const tensors = new Map<string, AnyTensorInput>();
  const names: Record<string, readonly string[]> = Object.create(null);
  for (const [layer, input] of layersOf(layers)) {
    const entries = entriesOf(`layer ${show(layer)}`, input);
    if (entries.size === 0) continue;
    names[layer] = [...entries.keys()];
    for (const [key, tensor] of entries) {
      formatLayerMember(layer, key);
      tensors.set(`${layer}/${key}`, tensor);
    }
  }
  const entry = { ...checkObject(metadata), batch_index: index, [NAMES_FIELD]: names };
  const member = tensorMember(`entry ${index} of the detectors`, TENSORS_MEMBER, tensors, {
    [ENTRY_FIELD]: new TextDecoder().decode(encodeJson(entry)),
  });
  return { index, artifact: await operation.stageArtifact(name, [member]) };
}

function nextDetectorIndex(operation: StagedOperation): number {
  let next = 0;
  for (const { name } of operation.artifacts("detectors/")) {
    const parsed = describeArtifactName(name);
    if (parsed.kind === "detectors") next = Math.max(next, parsed.index + 1);
  }
  return next;
}

/** Any file of the run, under a relative path. */
export async function stageFile(
  operation: StagedOperation,
  path: string,
  content: FileInput,
  signal?: AbortSignal,
): Promise<Artifact> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  if (!(bytes instanceof Uint8Array) && !(Symbol.asyncIterator in Object(bytes))) {
    throw new IoSchemaError(
      "INVALID_ARGUMENT",
      `the content of ${show(path)} must be bytes, a text or an async iterable of bytes (got: ${show(content)})`,
    );
  }
  const member = { name: CONTENT_MEMBER, body: once(path, bytes, signal) };
  return operation.stageArtifact(formatFileName(path), [member]);
}

/** A stream cannot be asked for again: what is left of it must not be taken for all of it. */
function once(
  path: string,
  content: Uint8Array | AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): MemberInput["body"] {
  let isTaken = false;
  return () => {
    if (isTaken && !(content instanceof Uint8Array)) {
      throw new IoWriteError(
        "WRITE_FAILED",
        `the store did not confirm ${path}, and its stream was used up: nothing was committed; give it again`,
        { details: { path } },
      );
    }
    isTaken = true;
    return content instanceof Uint8Array ? content : untilAborted(content, signal);
  };
}

/** Removes both forms of a batch. */
export async function stageBatchRemoval(operation: StagedOperation, index: number): Promise<void> {
  await operation.removeArtifact(formatIndexedName("batches", index));
  await operation.removeArtifact(formatIndexedName("layers", index));
}

/** Removes all batches, detectors and metadata; files stay. @returns how many artifacts. */
export async function stageTensorsRemoval(operation: StagedOperation): Promise<number> {
  const names = [...operation.artifacts()].map(({ name }) => name);
  const tensors = names.filter((name) => !name.startsWith("files/"));
  for (const name of tensors) await operation.removeArtifact(name);
  return tensors.length;
}

function checkObject(metadata: unknown): JsonObject {
  if (typeof metadata === "object" && metadata !== null && !Array.isArray(metadata)) {
    if (!(NAMES_FIELD in metadata)) return metadata as JsonObject;
  }
  throw new IoSchemaError(
    "INVALID_ARGUMENT",
    `metadata must be an object without the member "${NAMES_FIELD}" (got: ${show(metadata)})`,
  );
}
