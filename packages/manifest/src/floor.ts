/**
 * The floor: the lowest version whose record is retained. One create-only file per value, the
 * highest counts, so that it can only rise (rule `monotone`). Source: docs/format/layout.md.
 */
import {
  FLOOR_PREFIX,
  FORMAT_VERSION,
  formatFloorKey,
  IoError,
  parseFloorKey,
  type Version,
} from "@crv/core";
import type { ObjectReader, ObjectStore } from "@crv/storage-trait/object-store";
import { z } from "zod";
import { corrupt, decodeDocument, encodeDocument } from "./document.js";
import { versionShape } from "./shapes.js";

/** 1 while nothing was ever trimmed. */
export async function readFloor(reader: ObjectReader): Promise<Version> {
  let floor = 1;
  for await (const { key } of reader.list(FLOOR_PREFIX)) {
    floor = Math.max(floor, parseFloorKey(key) ?? 1);
  }
  return floor;
}

const floorShape = z.object({ format: z.literal(FORMAT_VERSION), floor: versionShape });

/**
 * Checks the content of a floor file; the floor itself is read from names alone.
 *
 * @param version The version that the file's name says.
 * @throws IoManifestError `CORRUPT`, VersionMismatch `FORMAT_UNSUPPORTED`.
 */
export async function checkFloor(version: Version, bytes: Uint8Array): Promise<void> {
  const key = formatFloorKey(version);
  const { floor } = await decodeDocument(key, bytes, floorShape);
  if (floor !== version) throw corrupt(key, `it says that it is floor ${floor}`);
}

/**
 * Raises the floor to `version`, durably. Must be done before any record below it is removed.
 *
 * @throws IoError `IO` when the store did not confirm it: then nothing may be removed.
 */
export async function raiseFloor(store: ObjectStore, version: Version): Promise<void> {
  const key = formatFloorKey(version);
  const body = await encodeDocument({ format: FORMAT_VERSION, floor: version });
  const outcome = await store.create(key, body, { durability: "full" });
  if (outcome.kind === "exists" && (await store.makeDurable(key))) return;
  if (outcome.kind === "created") return;
  throw new IoError("IO", `the floor ${version} was not confirmed; run cleanup again`, {
    details: { floor: version },
    cause: outcome.kind === "unknown" ? outcome.cause : undefined,
  });
}
