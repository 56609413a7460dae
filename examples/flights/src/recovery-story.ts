/** What a killed replay left behind, and what opening the run made of it, in plain words. */
import type { SweepReport } from "crv";
import { namedParts, type PublishedRun } from "./published-run.js";

/** What lies on disk before anything has recovered it. */
export function describeWreck(run: PublishedRun): string[] {
  const named = namedParts(run);
  const unnamed = run.onDisk.filter((path) => !named.has(path)).length;
  return [
    `On disk: ${count(run.records.length, "commit record")}, ${count(run.sidecarCount, "recovery sidecar")}, ` +
      `${count(unnamed, "part")} that no record names.`,
  ];
}

export function describeRecovery({ rolledForward, rolledBack, left }: SweepReport): string[] {
  const told = [
    ...rolledForward.map((entry) => ({ entry, verb: "Rolled forward", why: FORWARD })),
    ...rolledBack.map((entry) => ({ entry, verb: "Rolled back", why: BACK })),
  ].flatMap(({ entry, verb, why }) => [
    `${verb} operation ${entry.operationId} of ${entry.forActor ?? "nobody"}: ${why}`,
    ...entry.tables.map(
      (table) => `  ${table.table}: ${table.class}, table version ${table.from} -> ${table.to}`,
    ),
  ]);
  const ignored = left.length === 0 ? [] : [`Left alone: ${count(left.length, "live operation")}.`];
  return told.length + ignored.length === 0
    ? ["There was nothing to recover: the commit was whole, or had not begun."]
    : [...told, ...ignored];
}

const FORWARD = "its record was durable, so the views caught up with it.";
const BACK = "its record never came to be, so it was fenced off and its parts were removed.";

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
