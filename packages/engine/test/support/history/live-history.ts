/**
 * Histories of the real engine in a random universe: transactions that read lists through a snapshot
 * and append to lists of two tables. A key is a tick of a table; its list, the values at that tick in
 * the order of their commits.
 */
import { type CommitOutcome, CrvError, type OperationId, type TableDescriptor } from "@crv/core";
import type { SnapshotHandle } from "@crv/storage-trait";
import type { SeededRandom } from "@crv/storage-trait/testing";
import type { Journal } from "../journal.js";
import {
  type AttemptOperation,
  type RandomOperation,
  runUniverse,
  type UniverseOptions,
  type UniverseReport,
} from "../random-universe.js";
import { LEFT, type OpenedProcess, only, openProcess, RIGHT, rowsAt } from "../universe.js";
import type { History, Step, Transaction } from "./history.js";

const TABLES = [LEFT, RIGHT] as const;
const KEYS_PER_TABLE = 3;
const STEPS_MAX = 3;

export interface LiveHistory {
  readonly history: History;
  readonly report: UniverseReport;
  readonly journal: Journal;
}

/** Runs a universe of list transactions, reads all lists at its end, and returns all that was seen. */
export async function recordHistory(options: UniverseOptions): Promise<LiveHistory> {
  const recorder = new Recorder();
  const attempt: AttemptOperation = (opened, operation, random) =>
    recorder.record(opened, operation, random);
  const { report, journal, disk } = await runUniverse(options, { attempt });
  const opened = await openProcess(disk, "last reader");
  await recorder.read(
    opened,
    TABLES.flatMap((table) => keysOf(table)),
  );
  return { history: recorder.history, report, journal };
}

interface ListOf {
  readonly table: TableDescriptor;
  readonly tick: number;
}

class Recorder {
  readonly history: Transaction[] = [];
  #moments = 0;
  #values = 0;

  /** One transaction: blind, or strict with the tables it read in its read set; or only reads. */
  async record(
    opened: OpenedProcess,
    { id }: RandomOperation,
    random: SeededRandom,
  ): Promise<CommitOutcome> {
    const began = this.#moments++;
    const steps: Step[] = [];
    let outcome: Transaction["outcome"] = "unknown";
    try {
      const told = await this.#transact(opened, id, random, steps);
      if (told.kind !== "unknown") outcome = told.kind === "conflict" ? "aborted" : "committed";
      return told;
    } catch (error) {
      if (error instanceof CrvError) outcome = "aborted";
      throw error;
    } finally {
      const ended = outcome === "unknown" ? Number.POSITIVE_INFINITY : this.#moments++;
      this.history.push({ steps, began, ended, outcome });
    }
  }

  /** A transaction that reads `keys` and writes nothing. */
  async read(opened: OpenedProcess, keys: readonly ListOf[]): Promise<void> {
    const began = this.#moments++;
    await using snapshot = await opened.storage.snapshot();
    const steps = await readLists(opened, snapshot, keys);
    this.history.push({ steps, began, ended: this.#moments++, outcome: "committed" });
  }

  async #transact(
    opened: OpenedProcess,
    operationId: OperationId,
    random: SeededRandom,
    steps: Step[],
  ): Promise<CommitOutcome> {
    const { storage } = opened;
    const isBlind = random.fraction() < 0.3;
    await using base = await storage.snapshot();
    if (!isBlind) steps.push(...(await readLists(opened, base, someKeys(random))));
    await using operation = await storage.begin({
      base,
      mode: isBlind ? "blind" : "strict",
      operationId,
    });
    for (const table of isBlind ? [] : TABLES) {
      const isRead = steps.some(({ key }) => key.startsWith(table.name));
      if (isRead) operation.expect(table.name);
    }
    for (const { table, tick } of random.fraction() < 0.2 ? [] : someKeys(random)) {
      if (!base.descriptor(table.name))
        await operation.stageSchema(table.name, { kind: "create", descriptor: table });
      const value = ++this.#values;
      steps.push({ kind: "append", key: nameOf({ table, tick }), value });
      await operation.stageAppend(table.name, only(rowsAt(table, tick, [value])));
    }
    return operation.commit();
  }
}

/** Lists in `snapshot`, in the order of their commits: that of the parts in the manifest. */
async function readLists(
  { storage, parts }: OpenedProcess,
  snapshot: SnapshotHandle,
  keys: readonly ListOf[],
): Promise<Step[]> {
  const steps: Step[] = [];
  for (const { table, tick } of keys) {
    const list: number[] = [];
    for (const partition of storage.manifest(snapshot, table.name)?.partitions ?? []) {
      for (const part of partition.parts) {
        for await (const batch of parts.read(part, table)) {
          const ticks = batch.getChild("tick") ?? [];
          const values = [...(batch.getChild("value") ?? [])];
          for (const [row, found] of [...ticks].entries()) {
            if (Number(found) === tick) list.push(Number(values[row]));
          }
        }
      }
    }
    steps.push({ kind: "read", key: nameOf({ table, tick }), list });
  }
  return steps;
}

function someKeys(random: SeededRandom): readonly ListOf[] {
  const all = TABLES.flatMap((table) => keysOf(table));
  return [
    ...new Set(Array.from({ length: 1 + random.integer(STEPS_MAX) }, () => random.pick(all))),
  ];
}

function keysOf(table: TableDescriptor): readonly ListOf[] {
  return Array.from({ length: KEYS_PER_TABLE }, (_, tick) => ({ table, tick }));
}

function nameOf({ table, tick }: ListOf): string {
  return `${table.name} ${tick}`;
}
