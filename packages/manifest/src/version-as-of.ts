/**
 * The version of a time, by halving: times in a log never go back, so a few records are read, however
 * long it is.
 */
import { type CommitRecord, IoError, type Version } from "@crv/core";
import { missingRecord } from "./document.js";
import type { RunState } from "./run-state.js";

/** What is asked of a log. */
export interface TimedLog {
  readonly state: RunState;
  /** Version at which it begins. */
  readonly baseVersion: Version;
  read(version: Version): Promise<CommitRecord | undefined>;
}

/** Not of version 0, which was never committed. */
export function isCommittedAfter({ createdAt }: Pick<RunState, "createdAt">, time: Date): boolean {
  return createdAt !== null && Date.parse(createdAt) > time.getTime();
}

/**
 * The newest version of `log`, as it is known, that was committed at `time` or before; where none was,
 * the one at which it begins.
 *
 * @throws IoError `NOT_FOUND` when the versions of that time were cleaned up.
 */
export async function findVersionAsOf(
  log: TimedLog,
  readFloor: () => Promise<Version>,
  time: Date,
): Promise<Version> {
  if (!isCommittedAfter(log.state, time)) return log.state.version;
  const first = log.baseVersion + 1;
  for (;;) {
    const floor = Math.max(await readFloor(), first);
    const found = await halve(log, floor, time);
    if (found === undefined) {
      // A record is gone: the floor has risen, or else it is missing.
      if ((await readFloor()) <= floor) throw missingRecord(floor);
      continue;
    }
    if (found >= floor || floor === first) return found;
    throw new IoError(
      "NOT_FOUND",
      `the versions of ${time.toISOString()} were cleaned up: the oldest kept is ${floor}`,
      { details: { asOf: time.toISOString(), floor } },
    );
  }
}

/** `floor - 1` when all are later; undefined when a record is not there. */
async function halve(log: TimedLog, floor: Version, time: Date): Promise<Version | undefined> {
  let [before, after] = [floor - 1, log.state.version];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    const record = await log.read(middle);
    if (record === undefined) return undefined;
    if (isCommittedAfter(record, time)) after = middle;
    else before = middle;
  }
  return before;
}
