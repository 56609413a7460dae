/**
 * Documents: the JSON files of a run that crv trusts (records, checkpoints, floors, sidecars).
 *
 * One line of canonical JSON with a member `digest`: XXH3-128 of the canonical text without it. A
 * file is accepted only if it is byte for byte what its content encodes to, so that duplicate keys,
 * white space, a byte order mark or a flipped bit never pass. This much is the same in every format,
 * so a damaged document is never taken for one of a later release. Source: docs/format/documents.md.
 */
import {
  CrvError,
  canonicalJson,
  digestOf,
  FORMAT_VERSION,
  IoManifestError,
  type ObjectKey,
  VersionMismatch,
} from "@crv/core";
import type { z } from "zod";

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export type DocumentBody = Readonly<Record<string, unknown>>;

/** @param body Without `digest`; must have `format`. */
export async function encodeDocument(body: DocumentBody): Promise<Uint8Array> {
  const digest = await digestOf(ENCODER.encode(canonicalJson(body)));
  return ENCODER.encode(canonicalJson({ ...body, digest }));
}

/**
 * Checks and parses a document. Members that `schema` does not name are dropped, not refused.
 *
 * @throws VersionMismatch `FORMAT_UNSUPPORTED`: written by a later release.
 * @throws IoManifestError `CORRUPT`: torn, changed, or not of this shape; the message says which.
 */
export async function decodeDocument<T>(
  key: ObjectKey,
  bytes: Uint8Array,
  schema: z.ZodType<T>,
): Promise<T> {
  const value = parseJson(key, bytes);
  const { digest, ...body } = value;
  const text = canonical(key, body);
  if (digest !== (await digestOf(ENCODER.encode(text)))) {
    throw corrupt(key, "its content does not match its digest");
  }
  if (canonical(key, value) !== DECODER.decode(bytes)) {
    throw corrupt(key, "it is not in canonical form");
  }
  checkFormat(key, body.format);
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw corrupt(
    key,
    `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "unexpected shape"}`,
    parsed.error,
  );
}

/** The error of a document that cannot be trusted. */
export function corrupt(key: ObjectKey, why: string, cause?: unknown): IoManifestError {
  return new IoManifestError(
    "CORRUPT",
    `${key} is damaged: ${why}; run "crv verify", then "crv repair"`,
    { details: { key, why }, cause },
  );
}

function parseJson(key: ObjectKey, bytes: Uint8Array): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(DECODER.decode(bytes));
  } catch (cause) {
    throw corrupt(key, bytes.byteLength === 0 ? "it is empty" : "it is not whole JSON text", cause);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw corrupt(key, "it is not a JSON object");
  }
  return value as Record<string, unknown>;
}

function canonical(key: ObjectKey, value: unknown): string {
  try {
    return canonicalJson(value);
  } catch (cause) {
    if (cause instanceof CrvError) throw corrupt(key, cause.message, cause);
    throw cause;
  }
}

function checkFormat(key: ObjectKey, format: unknown): void {
  if (format === FORMAT_VERSION) return;
  if (Number.isSafeInteger(format) && (format as number) > FORMAT_VERSION) {
    throw new VersionMismatch(
      "FORMAT_UNSUPPORTED",
      `${key} has format ${format as number}, this release reads ${FORMAT_VERSION}: use a newer release of crv`,
      { details: { key, found: format, supported: FORMAT_VERSION } },
    );
  }
  throw corrupt(key, "its format member is missing or wrong");
}
