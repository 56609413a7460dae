/** Reads bytes of a member of an artifact. Source: docs/format/artifacts.md. */
import {
  type ArtifactMember,
  createDigester,
  IoError,
  type ObjectKey,
  parseMemberKey,
  show,
} from "@crv/core";
import type { MemberRange } from "@crv/storage-trait";
import type { ObjectReader } from "@crv/storage-trait/object-store";

/** One array of bytes; larger members are read in pieces. */
const READ_BYTES_MAX = 2 ** 32 - 1;

/** What is held at a time of a member that is read whole. */
const PIECE_BYTES = 8 * 1024 * 1024;

/** The contract is that of `StagedStorage.readMember`. */
export async function readMember(
  reader: ObjectReader,
  { path, bytes }: Pick<ArtifactMember, "path" | "bytes">,
  { start = 0, end = bytes, into }: MemberRange = {},
): Promise<Uint8Array> {
  const isRange = Number.isSafeInteger(start) && Number.isSafeInteger(end);
  if (parseMemberKey(path) === undefined || !isRange || start < 0 || end < start || end > bytes) {
    throw new IoError(
      "INVALID_ARGUMENT",
      `bytes ${show(start)} to ${show(end)} of ${show(path)} are none of a member of ${bytes} bytes`,
      { details: { key: path, start, end, bytes } },
    );
  }
  if (into !== undefined && into.byteLength !== end - start) {
    throw new IoError(
      "INVALID_ARGUMENT",
      `${end - start} bytes are asked for, and the array for them has ${into.byteLength}`,
      { details: { key: path, start, end, length: into.byteLength } },
    );
  }
  const found = await readRange(reader, path, { start, end, ...(into && { into }) }, bytes);
  if (into === undefined || found === into) return found;
  into.set(found);
  return into;
}

async function readRange(
  reader: ObjectReader,
  path: ObjectKey,
  { start, end, into }: MemberRange & { readonly start: number; readonly end: number },
  bytes: number,
): Promise<Uint8Array> {
  const found = await reader.get(path, {
    range: { start, end },
    sizeBytesMax: READ_BYTES_MAX,
    ...(into && { into }),
  });
  if (found === undefined) {
    throw new IoError("NOT_FOUND", `there is no part ${path}: it was removed from the run`, {
      details: { key: path },
    });
  }
  if (found.byteLength === end - start) return found;
  throw new IoError(
    "CORRUPT",
    `${path} ends before byte ${end} of ${bytes}: it was truncated; restore the file from a backup`,
    { details: { key: path, expected: bytes } },
  );
}

/**
 * The bytes of a member, in pieces, since a file of tensors may be larger than memory.
 *
 * @param key Where they are read: the member itself, or a view of it.
 * @throws IoError `CORRUPT`, after the last piece, when they are not those that the log names.
 */
export async function* memberPieces(
  reader: ObjectReader,
  { path, bytes, digest }: ArtifactMember,
  key: ObjectKey = path,
): AsyncGenerator<Uint8Array, void> {
  const digester = await createDigester();
  for (let start = 0; start < bytes; start += PIECE_BYTES) {
    const end = Math.min(start + PIECE_BYTES, bytes);
    const piece = await readRange(reader, key, { start, end }, bytes);
    digester.update(piece);
    yield piece;
  }
  if (digester.finish() === digest) return;
  throw new IoError("CORRUPT", `${key} was changed: see "crv verify"`, { details: { key } });
}
