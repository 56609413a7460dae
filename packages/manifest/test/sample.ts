/** Ids, parts, records and writers that tests of the log are made of. */
import {
  type CommitId,
  type CommitRecord,
  defineTable,
  FORMAT_VERSION,
  formatPartKey,
  formatPartPrefix,
  type OperationEntry,
  type OperationId,
  type PartEntry,
  parseCommitId,
  parseOperationId,
  parseTableKey,
  type TableChange,
  type TableDescriptor,
  type TableKey,
} from "@crv/core";
import { type SimulatedDisk, seededRandom } from "@crv/storage-trait/testing";
import { CommitLog, type Proposal, Publisher } from "../src/index.js";

export const FLIGHTS = parseTableKey("flights");
export const DELAYS = parseTableKey("delays");

export const flights = defineTable({
  name: "flights",
  columns: { minute: "i64", origin: "str", delay: "i64?" },
  tick: "minute",
  bucketSize: 1440,
});
export const delays = defineTable({ name: "delays", columns: { airport: "str", total: "i64" } });

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** The ULID of a number: ids of tests say who made them, and sort. */
export function ulidOf(number: number): string {
  let text = "";
  for (let rest = number; text.length < 25; rest = Math.floor(rest / 32)) {
    text = `${ALPHABET[rest % 32]}${text}`;
  }
  return `0${text}`;
}

export const operationIdOf = (number: number): OperationId => parseOperationId(ulidOf(number));
export const commitIdOf = (number: number): CommitId => parseCommitId(ulidOf(1_000_000 + number));

/** Part `index` of an operation: ten rows of bucket `bucket`. */
export function partOf(
  operation: OperationId,
  index = 0,
  { table = FLIGHTS, bucket = 0 }: { readonly table?: TableKey; readonly bucket?: number } = {},
): PartEntry {
  return {
    path: formatPartKey(table, bucket, formatPartPrefix(operation), index),
    rows: 10,
    bytes: 1000 + index,
    digest: "0123456789abcdef0123456789abcdef",
    bucket,
    tickMin: bucket * 1440,
    tickMax: bucket * 1440 + 9,
    columns: { minute: { min: bucket * 1440, max: bucket * 1440 + 9, nulls: 0 } },
  };
}

export function operationOf(
  id: OperationId,
  tables: OperationEntry["tables"] = new Map([[FLIGHTS, null]]),
): OperationEntry {
  return { id, actor: null, message: null, kind: "append", tables };
}

/** A record that appends one part to `flights`. Version 1 describes it. */
export function recordOf(version: number, changes: Partial<CommitRecord> = {}): CommitRecord {
  const id = operationIdOf(version);
  const change: TableChange = {
    version,
    ...(version === 1 && { descriptor: flights }),
    add: [partOf(id)],
    remove: [],
  };
  return {
    format: FORMAT_VERSION,
    version,
    commitId: commitIdOf(version),
    parents: version === 1 ? [] : [commitIdOf(version - 1)],
    kind: "data",
    createdAt: new Date(Date.UTC(2026, 0, 1) + version * 1000).toISOString(),
    operations: [operationOf(id)],
    aborts: [],
    tables: new Map([[FLIGHTS, change]]),
    ...changes,
  };
}

/** A blind append of one part to `flights`; `changes` make it something else. */
export function proposalOf(number: number, changes: Partial<Proposal> = {}): Proposal {
  const operationId = operationIdOf(number);
  return {
    ref: { operationId, branch: "main" as Proposal["ref"]["branch"], base: 0 },
    mode: "blind",
    actor: `actor ${number}`,
    message: null,
    kind: "append",
    expected: new Map([[FLIGHTS, null]]),
    edits: new Map([[FLIGHTS, editOf(partOf(operationId))]]),
    ...changes,
  };
}

export function editOf(
  part: PartEntry,
  descriptor: TableDescriptor = flights,
): { descriptor: TableDescriptor; add: PartEntry[]; remove: PartEntry["path"][] } {
  return { descriptor, add: [part], remove: [] };
}

/** A writer: one process of `disk` with its own log and publisher. */
export interface Writer {
  readonly store: ReturnType<SimulatedDisk["process"]>;
  readonly log: CommitLog;
  readonly publisher: Publisher;
}

let writerCount = 0;

export async function openWriter(
  disk: SimulatedDisk,
  name: string,
  options: Parameters<SimulatedDisk["process"]>[1] = {},
): Promise<Writer> {
  const store = disk.process(name, options);
  const log = new CommitLog(store);
  await log.refresh();
  let next = 10_000_000 * ++writerCount;
  const publisher = new Publisher({
    store,
    log,
    clock: disk.clock,
    random: seededRandom(writerCount),
    mintId: () => ulidOf(next++),
    durability: "full",
  });
  return { store, log, publisher };
}
