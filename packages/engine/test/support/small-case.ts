/** What a small case is made of: two tasks over one disk, and what is checked when both have ended. */
import type { OperationId } from "@crv/core";
import type { StagedStorage } from "@crv/storage-trait";
import { SimulatedDisk } from "@crv/storage-trait/testing";
import type { SmallCase } from "./bounded-search.js";
import { checkRun } from "./check-run.js";
import { compileDigests } from "./compile-digests.js";
import { ToldOperations } from "./told.js";
import { type Append, commitRows, createTables, LEFT, openProcess, RIGHT } from "./universe.js";

export interface NamedCase {
  readonly name: string;
  make(): Promise<SmallCase>;
  /** Preemptions in a test run; by command one more. */
  readonly preemptionsMax: number;
}

export type Operate = (storage: StagedStorage, id: OperationId) => ReturnType<typeof commitRows>;

export const IDS = ["01ZZ0000000000000000000001", "01ZZ0000000000000000000002"] as OperationId[];

export async function between(
  disk: SimulatedDisk,
  tasks: (told: ToldOperations) => Promise<SmallCase["tasks"]>,
  judge: (told: ToldOperations) => void = () => undefined,
): Promise<SmallCase> {
  const told = new ToldOperations();
  return {
    disk,
    tasks: await tasks(told),
    async check() {
      judge(told);
      for (const process of disk.processes) process.kill();
      await checkRun(disk, told, { leftovers: false });
    },
  };
}

export async function tell(
  told: ToldOperations,
  id: OperationId,
  commit: () => ReturnType<typeof commitRows>,
): Promise<void> {
  try {
    told.outcome(id, await commit());
  } catch (error) {
    told.failure(id, error);
  }
}

export function append(table: Append["table"], value: number): Operate {
  return (storage, id) => commitRows(storage, [{ table, values: [value] }], id);
}

export async function emptyRun(): Promise<SimulatedDisk> {
  await compileDigests();
  return new SimulatedDisk();
}

export async function runWithTables(): Promise<SimulatedDisk> {
  const disk = await emptyRun();
  const { storage, store } = await openProcess(disk, "first");
  await createTables(storage, [LEFT, RIGHT], "01ZZ0000000000000000000000" as OperationId);
  await storage.close();
  store.process.kill();
  return disk;
}
