/** The hint at the newest checkpoint, and damage that reading passes by. */
import { CrvError, HEAD_HINT_KEY, SMALL_FILE_BYTES_MAX, type Version } from "@crv/core";
import type { ObjectReader } from "@crv/storage-trait/object-store";

/** A document that cannot be trusted, as against a store that does not answer. */
export function isDamage(error: unknown): boolean {
  return error instanceof CrvError && ["CORRUPT", "LIMIT_EXCEEDED"].includes(error.code);
}

/** Version of a checkpoint that existed, according to the hint. */
export async function readHint(reader: ObjectReader): Promise<Version | undefined> {
  const bytes = await reader
    .get(HEAD_HINT_KEY, { sizeBytesMax: SMALL_FILE_BYTES_MAX })
    .catch((error: unknown) => {
      if (isDamage(error)) return undefined;
      throw error;
    });
  const version = Number(bytes && new TextDecoder().decode(bytes).trim());
  return Number.isSafeInteger(version) && version > 0 ? version : undefined;
}
