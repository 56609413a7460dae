/** Ids, sidecars and a run with one dead writer, that tests of recovery are made of. */
import {
  defineTable,
  formatPartKey,
  formatPartPrefix,
  formatSidecarKey,
  MAIN_BRANCH,
  type OperationId,
  type PartEntry,
  parseOperationId,
  parseTableKey,
  type TableKey,
  type TableVersion,
} from "@crv/core";
import { CommitLog, type Proposal, Publisher } from "@crv/manifest";
import {
  type ProcessOptions,
  type SimulatedDisk,
  type SimulatedStore,
  seededRandom,
  simulatedLiveness,
} from "@crv/storage-trait/testing";
import {
  encodeSidecar,
  LEASE_MS,
  leaseDeadline,
  type RecoveryContext,
  type Sidecar,
} from "../src/index.js";

export const FLIGHTS = parseTableKey("flights");
export const DELAYS = parseTableKey("delays");

const TABLES = {
  flights: defineTable({
    name: "flights",
    columns: { tick: "i64", origin: "str" },
    bucketSize: 10,
  }),
  delays: defineTable({ name: "delays", columns: { tick: "i64", total: "i64" }, bucketSize: 10 }),
} as const;

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

export function operationIdOf(number: number): OperationId {
  let text = "";
  for (let rest = number; text.length < 25; rest = Math.floor(rest / 32)) {
    text = `${ALPHABET[rest % 32]}${text}`;
  }
  return parseOperationId(`0${text}`);
}

export function sidecarOf(operationId: OperationId, changes: Partial<Sidecar> = {}): Sidecar {
  return {
    operationId,
    branch: MAIN_BRANCH,
    base: 0,
    writerKind: "append",
    actor: "träger",
    tables: new Map([[FLIGHTS, null]]),
    partPrefix: formatPartPrefix(operationId),
    owner: { bootId: "boot-1", pidNamespace: "4026531836", pid: 42, startedAt: "1234567" },
    startedAt: "2026-01-01T00:00:00.000Z",
    leaseDeadline: "2026-01-01T00:01:00.000Z",
    ...changes,
  };
}

export function partOf(operation: OperationId, table: TableKey, index = 0): PartEntry {
  return {
    path: formatPartKey(table, 0, formatPartPrefix(operation), index),
    rows: 1,
    bytes: 4,
    digest: "0123456789abcdef0123456789abcdef",
    bucket: 0,
    tickMin: 0,
    tickMax: 0,
    columns: {},
  };
}

export function proposalOf(
  operationId: OperationId,
  tables: readonly TableKey[] = [FLIGHTS],
  expected: TableVersion | null = null,
): Proposal {
  return {
    ref: { operationId, branch: MAIN_BRANCH, base: 0 },
    mode: expected === null ? "blind" : "strict",
    actor: "träger",
    message: null,
    kind: "append",
    expected: new Map(tables.map((table) => [table, expected])),
    edits: new Map(
      tables.map((table) => {
        const descriptor = TABLES[table as "flights" | "delays"];
        return [table, { descriptor, add: [partOf(operationId, table)], remove: [] }];
      }),
    ),
  };
}

/** One process with all that recovery needs. */
export interface Machine extends RecoveryContext {
  readonly store: SimulatedStore;
}

let machineCount = 0;

export async function openMachine(
  disk: SimulatedDisk,
  name: string,
  options: ProcessOptions = {},
): Promise<Machine> {
  const store = disk.process(name, options);
  const log = new CommitLog(store);
  let next = 1_000_000 * ++machineCount;
  const publisher = new Publisher({
    store,
    log,
    clock: disk.clock,
    random: seededRandom(machineCount),
    mintId: () => operationIdOf(next++),
    durability: "full",
  });
  const liveness = simulatedLiveness(disk, store);
  return {
    store,
    residual: store,
    log,
    publisher,
    liveness,
    clock: disk.clock,
    isOwn: () => false,
  };
}

/** Phases A and B of an operation over `tables`: its sidecar, and one part of each table. */
export async function stage(
  { store, clock, liveness }: Machine,
  operationId: OperationId,
  tables: Sidecar["tables"] = new Map([[FLIGHTS, null]]),
): Promise<void> {
  const sidecar = sidecarOf(operationId, {
    tables,
    owner: await liveness.self(),
    leaseDeadline: leaseDeadline(clock, LEASE_MS),
  });
  await store.create(formatSidecarKey(operationId), await encodeSidecar(sidecar), {
    durability: "process",
  });
  for (const table of tables.keys()) {
    await store.create(partOf(operationId, table).path, new Uint8Array(4), { durability: "full" });
  }
}
