/**
 * Looks at every byte of a member of an artifact, or of a view of one. The digest of the file says whether
 * it is sound; where it is not, the CRC-32 of its tensors say which of them changed.
 * Source: docs/design/verify-reads-once.md.
 */
import {
  type ArtifactMember,
  createDigester,
  digestOf,
  type ObjectKey,
  type TensorEntry,
} from "@crv/core";
import type { ObjectReader } from "@crv/storage-trait/object-store";
import { damageOf, type Fault } from "./problem.js";
import { PIECE_BYTES, readAhead } from "./read-ahead.js";
import { TensorSums } from "./tensor-sums.js";

/** Of more tensors only the number is told. */
const NAMES_MAX = 5;

/** @param key Where they are read: the member itself, or a view of it. It has as many bytes. */
export async function checkBytes(
  reader: ObjectReader,
  member: ArtifactMember,
  key: ObjectKey,
  signal: AbortSignal | undefined,
): Promise<Fault | undefined> {
  const { bytes, tensors = [] } = member;
  const pieces = () => readAhead(reader, key, bytes, signal);
  try {
    if ((await digestPieces(pieces(), bytes)) === member.digest) return undefined;
    const changed = await changedTensors(pieces(), tensors);
    const which = changed.length > 0 ? `: ${shown(changed)}` : "";
    return { kind: "changed", detail: `the bytes changed after they were written${which}` };
  } catch (error) {
    return damageOf(error);
  }
}

async function digestPieces(pieces: AsyncIterable<Uint8Array>, sizeBytes: number): Promise<string> {
  // A digester costs more than the few bytes of most members.
  if (sizeBytes <= PIECE_BYTES) {
    let digest: string | undefined;
    for await (const piece of pieces) digest = await digestOf(piece);
    return digest ?? digestOf(new Uint8Array());
  }
  const digester = await createDigester();
  for await (const piece of pieces) digester.update(piece);
  return digester.finish();
}

async function changedTensors(
  pieces: AsyncIterable<Uint8Array>,
  tensors: readonly TensorEntry[],
): Promise<readonly string[]> {
  if (tensors.length === 0) return [];
  const sums = new TensorSums(tensors);
  for await (const piece of pieces) sums.update(piece);
  return sums.changed();
}

function shown(tensors: readonly string[]): string {
  if (tensors.length > NAMES_MAX) return `${tensors.length} tensors`;
  return `tensor ${tensors.map((name) => `"${name}"`).join(", ")}`;
}
