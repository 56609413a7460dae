/** Two records with every member that a record can have. Their bytes are pinned in record-codec.test.ts. */
import { type CommitRecord, defineTable, FORMAT_VERSION, parseTableKey } from "@crv/core";
import { commitIdOf, DELAYS, operationIdOf, partOf } from "./sample.js";

const TRACKS = parseTableKey("tracks");

const tracks = defineTable({
  name: "tracks",
  columns: {
    tick: "i64",
    name: "str",
    pos: {
      struct: { y: "f64", x: "f64?", at: { struct: { n: "i32" }, nullable: true } },
      nullable: true,
    },
    v: "f32[3]?",
  },
  bucketSize: 100,
  key: ["tick", "name"],
});

const id = operationIdOf(7);
const { path: gone } = partOf(operationIdOf(3), 1, { table: TRACKS, bucket: 2 });

export const goldenRecord: CommitRecord = {
  format: FORMAT_VERSION,
  version: 42,
  commitId: commitIdOf(42),
  parents: [commitIdOf(41)],
  kind: "data",
  createdAt: "2026-01-02T03:04:05.678Z",
  operations: [
    {
      id,
      actor: "träger",
      message: null,
      kind: "overwrite",
      tables: new Map([
        [TRACKS, 0],
        [DELAYS, 3],
      ]),
    },
    {
      id: operationIdOf(8),
      actor: null,
      message: "and one blind",
      kind: "append",
      tables: new Map([[DELAYS, null]]),
    },
  ],
  aborts: [],
  tables: new Map([
    [
      TRACKS,
      {
        version: 1,
        descriptor: tracks,
        add: [
          {
            ...partOf(id, 0, { table: TRACKS, bucket: 2 }),
            rows: 131_073,
            tickMin: 200,
            tickMax: 299,
            columns: {
              tick: { min: 200, max: 299, nulls: 0 },
              name: { min: "a", max: "\u{10000}", nulls: 0 },
              id: { min: -(2n ** 63n), max: 2n ** 53n, nulls: 1 },
              pos: { nulls: 2 },
            },
            rowGroups: [
              { rows: 131_072, columns: { tick: { min: 200, max: 298, nulls: 0 } } },
              { rows: 1, columns: { tick: { min: 299, max: 299, nulls: 0 } } },
            ],
          },
        ],
        remove: [gone],
      },
    ],
    [
      DELAYS,
      {
        version: 4,
        add: [
          {
            ...partOf(operationIdOf(8), 0, { table: DELAYS }),
            tickMin: null,
            tickMax: null,
            columns: {},
          },
        ],
        remove: [],
        preserving: true,
      },
    ],
  ]),
};

export const goldenRecovery: CommitRecord = {
  format: FORMAT_VERSION,
  version: 43,
  commitId: commitIdOf(43),
  parents: [commitIdOf(42)],
  kind: "recovery",
  createdAt: "2026-01-02T03:05:00.000Z",
  operations: [
    {
      id: operationIdOf(10),
      actor: "crv:recovery",
      message: null,
      kind: "recovery",
      tables: new Map(),
    },
  ],
  aborts: [operationIdOf(9)],
  tables: new Map(),
  recovery: {
    kind: "RolledBack",
    operationId: operationIdOf(9),
    forActor: "träger",
    tables: [{ table: DELAYS, class: "NoMovement", from: 4, to: 4 }],
  },
};
