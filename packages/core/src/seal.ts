/**
 * Seals: what an object must contain before anyone may be told that it exists.
 * The digest is XXH3-128. It detects accidents, not forgery. Source: docs/format/values.md, "Digests".
 */
import { createXXHash128, type IHasher } from "hash-wasm";
import { IoError } from "./errors.js";
import type { ObjectKey } from "./object-key.js";

/** 32 lower-case hex digits. */
export type Digest = string;

/** Length and digest of one object. */
export interface Seal {
  readonly sizeBytes: number;
  readonly digest: Digest;
}

/** Computes one digest over bytes that come in pieces. */
export interface Digester {
  update(bytes: Uint8Array): void;
  finish(): Digest;
}

let shared: Promise<IHasher> | undefined;

/** Digest of `bytes`. */
export async function digestOf(bytes: Uint8Array): Promise<Digest> {
  // One hasher serves all callers: init, update and digest run without a pause between them.
  shared ??= createXXHash128();
  const hasher = await shared;
  return hasher.init().update(bytes).digest("hex");
}

export async function sealOf(bytes: Uint8Array): Promise<Seal> {
  return { sizeBytes: bytes.byteLength, digest: await digestOf(bytes) };
}

/** A hasher of its own, for bytes that come in pieces. */
export async function createDigester(): Promise<Digester> {
  const hasher = (await createXXHash128()).init();
  return { update: (bytes) => void hasher.update(bytes), finish: () => hasher.digest("hex") };
}

/**
 * Checks that `bytes`, read from `key`, are the sealed ones.
 *
 * @throws IoError `CORRUPT`: wrong length (a write did not finish) or wrong digest (the bytes changed).
 */
export async function checkSeal(key: ObjectKey, bytes: Uint8Array, expected: Seal): Promise<void> {
  if (bytes.byteLength !== expected.sizeBytes) {
    throw new IoError(
      "CORRUPT",
      `${key} has ${bytes.byteLength} bytes instead of ${expected.sizeBytes}: it was truncated or extended; restore the file from a backup, "crv verify" lists all that is damaged`,
      { details: { key, sizeBytes: bytes.byteLength, expected: expected.sizeBytes } },
    );
  }
  const digest = await digestOf(bytes);
  if (digest !== expected.digest) {
    throw new IoError(
      "CORRUPT",
      `${key} does not match its digest: the bytes changed after they were written; restore the file from a backup, "crv verify" lists all that is damaged`,
      { details: { key, digest, expected: expected.digest } },
    );
  }
}
