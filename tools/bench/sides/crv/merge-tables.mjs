/** The tables of the benchmark of merges, and the branch that is merged. */
import { defineTable, openRun } from "crv";
import { RUN_ID } from "./bench-run.mjs";

export const BRANCH = "what-if";
const columns = /** @type {const} */ ({ tick: "i64", agent: "i64", weight: "f64" });

/** @param {{ isKeyed: boolean, bucketSize: number }} options */
export function mergeTable({ isKeyed, bucketSize }) {
  const key = isKeyed ? /** @type {const} */ (["tick", "agent"]) : undefined;
  return defineTable({
    ...{ name: "edges", columns, tick: "tick", bucketSize },
    ...(key && { key }),
  });
}

/**
 * @param {string} root
 * @param {Parameters<typeof mergeTable>[0] & { branch?: string, durability?: "process" }} options
 */
export function openMergeRun(root, { branch, durability, ...table }) {
  return openRun({
    root,
    runId: RUN_ID,
    tables: [mergeTable(table)],
    settings: { autoOptimize: false },
    ...(branch && { branch }),
    ...(durability && { durability }),
  });
}

const AGENTS = 10;

/** Row `i` of all: ten agents in every tick. @param {number} i @param {number} [change] 0 = as first written */
export function rowAt(i, change = 0) {
  return { tick: Math.floor(i / AGENTS), agent: i % AGENTS, weight: i + change / 4 };
}

/** Ticks of so many rows. @param {number} rows */
export const ticksOf = (rows) => rows / AGENTS;
