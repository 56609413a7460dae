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
import { encodeDocument } from "./document.js";

/** 1 while nothing was ever trimmed. */
export async function readFloor(reader: ObjectReader): Promise<Version> {
  let floor = 1;
  for await (const { key } of reader.list(FLOOR_PREFIX)) {
    floor = Math.max(floor, parseFloorKey(key) ?? 1);
  }
  return floor;
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
