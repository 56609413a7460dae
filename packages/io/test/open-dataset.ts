/** A dataset over a storage in memory, and the errors that tests expect. */
import { defineTable } from "@crv/core";
import { expect } from "vitest";
import { Dataset, type Descriptors, IoSettings, type IoSettingsInput } from "../src/index.js";
import { MemoryStorage } from "./memory-storage.js";
import { SimulatedTimers } from "./simulated-timers.js";

/** One column of every type, all nullable but the tick. */
export const everything = defineTable({
  name: "everything",
  columns: {
    tick: "i64",
    wide: "i64?",
    real: "f64?",
    name: "str?",
    flag: "bool?",
    small: "i32?",
    ratio: "f32?",
    at: "timestamp?",
    bytes: "binary?",
    payload: "struct?",
    items: "list[struct]?",
    state: "f32[3]?",
    ids: "i64[2]?",
    point: { struct: { x: "f64", label: "str?" }, nullable: true },
  },
});

export const flights = defineTable({
  name: "flights",
  columns: { minute: "i64", origin: "str", delay: "i64?" },
  tick: "minute",
  bucketSize: 60,
});

export interface OpenOptions<Tables extends Descriptors> {
  readonly tables: Tables;
  readonly storage?: MemoryStorage;
  readonly settings?: IoSettingsInput;
  readonly readOnly?: boolean;
  readonly timers?: SimulatedTimers;
}

export function openDataset<const Tables extends Descriptors>({
  tables,
  storage = new MemoryStorage(),
  settings = {},
  readOnly = false,
  timers = new SimulatedTimers(),
}: OpenOptions<Tables>): { readonly run: Dataset<Tables>; readonly storage: MemoryStorage } {
  const run = new Dataset({
    storage: storage.sealed,
    settings: IoSettings.from(settings),
    tables,
    durability: "full",
    readOnly,
    timers,
  });
  return { run, storage };
}

/** Matches an error of crv by its code, some of its details and a piece of its message. */
export function crvError(
  code: string,
  details: Readonly<Record<string, unknown>> = {},
  message = "",
): unknown {
  return expect.objectContaining({
    code,
    details: expect.objectContaining(details),
    message: expect.stringContaining(message),
  });
}
