/**
 * Parameters and labels of a run. One create-only file per revision, the highest counts, so that of two
 * processes that change them at once each builds on what the other wrote. Source: docs/format/run-info.md.
 */
import {
  canonicalJson,
  compareText,
  FORMAT_VERSION,
  formatInfoKey,
  INFO_BYTES_MAX,
  INFO_PREFIX,
  IoError,
  type JsonObject,
  LABELS_MAX,
  NAME_CHARS_MAX,
  parseInfoKey,
} from "@crv/core";
import type { ObjectReader, ObjectStore } from "@crv/storage-trait/object-store";
import { z } from "zod";
import { corrupt, decodeDocument, encodeDocument } from "./document.js";
import { timeShape, versionShape } from "./shapes.js";

export interface RunInfo {
  /** Of the first revision, ISO 8601. */
  readonly createdAt: string;
  readonly parameters: JsonObject;
  /** Each once, in byte order. */
  readonly labels: readonly string[];
}

/** More processes than these that change one run at once are not expected. */
const TRIES_MAX = 64;

const infoShape = z
  .object({
    revision: versionShape,
    created_at: timeShape,
    parameters: z.record(z.string(), z.json()),
    labels: z.array(z.string().min(1).max(NAME_CHARS_MAX)).max(LABELS_MAX),
  })
  .transform(({ revision, created_at, parameters, labels }) => ({
    revision,
    info: { createdAt: created_at, parameters, labels } as RunInfo,
  }));

/**
 * The newest revision; undefined when the run was made without parameters and labels.
 *
 * @throws IoManifestError `CORRUPT`. VersionMismatch `FORMAT_UNSUPPORTED`.
 */
export async function readRunInfo(reader: ObjectReader): Promise<RunInfo | undefined> {
  return (await readNewest(reader)).info;
}

/**
 * Writes what `change` makes of the newest revision, durably; nothing, when that is the same.
 *
 * @returns what counts now.
 * @throws IoError `LIMIT_EXCEEDED`; `IO` when the store did not confirm it. Else as {@link readRunInfo}.
 */
export async function changeRunInfo(
  store: ObjectStore,
  change: (info: RunInfo | undefined) => RunInfo,
): Promise<RunInfo> {
  for (let attempt = 0; attempt < TRIES_MAX; attempt++) {
    const { revision, info } = await readNewest(store);
    const changed = change(info);
    if (info !== undefined && canonicalJson(info) === canonicalJson(changed)) {
      // Rule `syncfound`: whoever wrote it may not have come to sync it.
      await store.makeDurable(formatInfoKey(revision));
      return info;
    }
    const key = formatInfoKey(revision + 1);
    const body = await encodeRunInfo(revision + 1, changed);
    const outcome = await store.create(key, body, { durability: "full" });
    if (outcome.kind === "created") return changed;
    if (outcome.kind === "unknown") throw unconfirmed(outcome.cause);
    // Another process was faster: what is decided next is built on its revision.
    await store.makeDurable(key);
  }
  throw unconfirmed(undefined);
}

export async function encodeRunInfo(
  revision: number,
  { createdAt, parameters, labels }: RunInfo,
): Promise<Uint8Array> {
  const sorted = [...new Set(labels)].sort(compareText);
  const body = await encodeDocument({
    format: FORMAT_VERSION,
    revision,
    created_at: createdAt,
    parameters,
    labels: sorted,
  });
  if (body.byteLength <= INFO_BYTES_MAX) return body;
  throw new IoError(
    "LIMIT_EXCEEDED",
    `parameters and labels of a run take ${body.byteLength} bytes, at most ${INFO_BYTES_MAX} are allowed: keep large ones in a table`,
    { details: { sizeBytes: body.byteLength, sizeBytesMax: INFO_BYTES_MAX } },
  );
}

async function readNewest(
  reader: ObjectReader,
): Promise<{ readonly revision: number; readonly info: RunInfo | undefined }> {
  let revision = 0;
  for await (const { key } of reader.list(INFO_PREFIX)) {
    revision = Math.max(revision, parseInfoKey(key) ?? 0);
  }
  if (revision === 0) return { revision, info: undefined };
  const key = formatInfoKey(revision);
  const bytes = await reader.get(key, { sizeBytesMax: INFO_BYTES_MAX });
  if (bytes === undefined) throw corrupt(key, "it vanished while it was read");
  return decodeInfo(revision, bytes);
}

/**
 * Checks one revision of a run's parameters and labels.
 *
 * @throws IoManifestError `CORRUPT`, VersionMismatch `FORMAT_UNSUPPORTED`.
 */
export async function checkRunInfo(revision: number, bytes: Uint8Array): Promise<void> {
  await decodeInfo(revision, bytes);
}

async function decodeInfo(revision: number, bytes: Uint8Array) {
  const key = formatInfoKey(revision);
  const found = await decodeDocument(key, bytes, infoShape);
  if (found.revision !== revision) throw corrupt(key, `it says that it is ${found.revision}`);
  return found;
}

function unconfirmed(cause: unknown): IoError {
  return new IoError("IO", "the change of parameters and labels was not confirmed: try it again", {
    cause,
  });
}
