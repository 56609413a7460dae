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
  compareText,
  digestOf,
  FORMAT_VERSION,
  formatRecordKey,
  IoManifestError,
  NESTING_MAX,
  type ObjectKey,
  type Version,
  VersionMismatch,
} from "@crv/core";
import type { z } from "zod";

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const NOT_JSON = "it is not whole JSON text";

export type DocumentBody = Readonly<Record<string, unknown>>;

/** @param body Without `digest`; must have `format`. */
export async function encodeDocument(body: DocumentBody): Promise<Uint8Array> {
  const members = writeMembers(body);
  const digest = await digestOf(ENCODER.encode(join(members)));
  return ENCODER.encode(join([...members, ...writeMembers({ digest })]));
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
  const text = decodeText(key, bytes);
  const value = parseJson(key, text);
  const { digest, ...body } = value;
  const write = canonicalWriter(key, value);
  if (digest !== (await digestOf(ENCODER.encode(write(body))))) {
    throw corrupt(key, "its content does not match its digest");
  }
  if (write(value) !== text) throw corrupt(key, "it is not in canonical form");
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
    `${key} is damaged: ${why}; open the run with mode "readOnly" to read what is sound, and restore the file from a backup; "crv verify <run>" lists all that is damaged, "crv repair <run>" what can be done and what is lost`,
    { details: { key, why }, cause },
  );
}

function decodeText(key: ObjectKey, bytes: Uint8Array): string {
  try {
    return DECODER.decode(bytes);
  } catch (cause) {
    throw corrupt(key, NOT_JSON, cause);
  }
}

function parseJson(key: ObjectKey, text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw corrupt(key, text === "" ? "it is empty" : NOT_JSON, cause);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw corrupt(key, "it is not a JSON object");
  }
  return value as Record<string, unknown>;
}

/** Canonical JSON of `value` and its members. What is in order the platform can write, which is fast. */
function canonicalWriter(key: ObjectKey, value: DocumentBody): (value: DocumentBody) => string {
  if (isInOrder(value, 0)) return JSON.stringify;
  return (body) => {
    try {
      return canonicalJson(body);
    } catch (cause) {
      if (cause instanceof CrvError) throw corrupt(key, cause.message, cause);
      throw cause;
    }
  };
}

/** Whether every object in `value` has its members in canonical order, and all of it a JSON form. */
function isInOrder(value: unknown, depth: number): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || value === null) return true;
  if (depth >= NESTING_MAX) return false;
  if (Array.isArray(value)) return value.every((item) => isInOrder(item, depth + 1));
  let before: string | undefined;
  for (const name of Object.keys(value)) {
    if (before !== undefined && compareText(before, name) >= 0) return false;
    if (!isInOrder((value as DocumentBody)[name], depth + 1)) return false;
    before = name;
  }
  return true;
}

/** A member of the document's object, as canonical JSON; apart, so that each is written once. */
type Member = readonly [name: string, text: string];

function writeMembers(body: DocumentBody): readonly Member[] {
  return Object.entries(body)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, `${JSON.stringify(name)}:${canonicalJson(value)}`]);
}

/** The canonical JSON of the object that has these members. */
function join(members: readonly Member[]): string {
  const sorted = [...members].sort(([a], [b]) => compareText(a, b));
  return `{${sorted.map(([, text]) => text).join(",")}}`;
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

export function missingRecord(version: Version): IoManifestError {
  return corrupt(formatRecordKey(version), "it is missing, and later records exist");
}
