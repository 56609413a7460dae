/**
 * One attempt to make a record the next version: the single fence of a run.
 *
 * Create-if-absent decides who wins. What it cannot decide is settled here: an unanswered create by
 * reading the number it wanted (rule `settled`), and a create below the floor, which proves nothing,
 * by leaving it to the ledger (rule `ledger`).
 */
import {
  type CommitRecord,
  formatRecordKey,
  IoWriteError,
  type ObjectKey,
  RECORD_BYTES_MAX,
} from "@crv/core";
import type { CreateOutcome, Durability, ObjectStore } from "@crv/storage-trait/object-store";
import { readFloor } from "./floor.js";
import { checkReadable, encodeRecord } from "./record-codec.js";

/** Creates of one number before its outcome is left unknown. */
const ATTEMPTS_MAX = 4;

export type CreateRecordOutcome =
  /** This record is the version, durably. */
  | { readonly kind: "created" }
  /** Another record is. */
  | { readonly kind: "taken" }
  /** The number was freed by cleanup: only the ledger knows. */
  | { readonly kind: "below-floor" }
  /** It may be, or may come to be, the version. */
  | { readonly kind: "unknown"; readonly cause: unknown };

/**
 * @param after What must be durable before the record appears: parts, and the record before it.
 * @throws IoError when the store provably did nothing at the first attempt, or the record is one
 *   that no reader would accept.
 */
export async function createRecord(
  store: ObjectStore,
  record: CommitRecord,
  durability: Durability,
  after: readonly ObjectKey[] = [],
): Promise<CreateRecordOutcome> {
  const key = formatRecordKey(record.version);
  const body = await encodeReadable(record);
  let cause: unknown;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    let outcome: CreateOutcome;
    try {
      outcome = await store.create(key, body, { durability, after });
    } catch (error) {
      if (attempt === 0) throw error;
      return { kind: "unknown", cause: error };
    }
    if (outcome.kind === "created") return checkFloor(store, record);
    if (outcome.kind === "exists" && attempt === 0) return { kind: "taken" };
    if (outcome.kind === "unknown") cause = outcome.cause;
    const settled = await settle(store, record, body);
    if (settled) return settled;
  }
  return { kind: "unknown", cause };
}

/** Both sides are checked: a record that is created and cannot be read would end the log. */
async function encodeReadable(record: CommitRecord): Promise<Uint8Array> {
  try {
    checkReadable(record);
  } catch (cause) {
    throw new IoWriteError(
      "WRITE_FAILED",
      `this commit has a part that its record cannot hold: nothing was committed; report it as a defect of crv`,
      { details: { version: record.version }, cause },
    );
  }
  return encodeRecord(record);
}

/** What holds the number now; undefined while it is free or cannot be read. */
async function settle(
  store: ObjectStore,
  record: CommitRecord,
  body: Uint8Array,
): Promise<CreateRecordOutcome | undefined> {
  const key = formatRecordKey(record.version);
  try {
    const found = await store.get(key, { sizeBytesMax: RECORD_BYTES_MAX });
    if (found === undefined) return undefined;
    if (!Buffer.from(found).equals(body)) return { kind: "taken" };
    // The answer was lost, and with it the proof that the directory entry was synced.
    return (await store.makeDurable(key)) ? await checkFloor(store, record) : undefined;
  } catch {
    return undefined;
  }
}

async function checkFloor(store: ObjectStore, record: CommitRecord): Promise<CreateRecordOutcome> {
  try {
    return (await readFloor(store)) > record.version
      ? { kind: "below-floor" }
      : { kind: "created" };
  } catch (cause) {
    // The record is there, but whether its number was free in earnest is not known.
    return { kind: "unknown", cause };
  }
}
