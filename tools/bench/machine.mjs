/** Facts of the machine that figures depend on. */
import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import { arch, cpus, loadavg, platform, totalmem } from "node:os";
import { join } from "node:path";
import { median, quantile } from "simple-statistics";
import { freshFolder, removeFolder } from "./folders.mjs";

const SYNCS = 100;
const BLOCK_BYTES = 4096;

export function machineFacts() {
  const [cpu] = cpus();
  return {
    node: process.version,
    system: `${platform()} ${arch()}`,
    processor: `${cpus().length} × ${cpu?.model.trim() ?? "unknown"}`,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    fsync: measureFsync(),
  };
}

/** What else runs: the mean number of runnable processes over 1, 5 and 15 minutes. */
export function machineLoad() {
  return loadavg().map((value) => Number(value.toFixed(1)));
}

/** Of 4 KiB written to a new place of one file, in ms. */
function measureFsync() {
  const folder = freshFolder();
  const block = Buffer.alloc(BLOCK_BYTES, 7);
  const file = openSync(join(folder, "blocks"), "w");
  /** @type {number[]} */
  const all = [];
  for (let i = 0; i < SYNCS; i++) {
    writeSync(file, block);
    const startedAt = performance.now();
    fsyncSync(file);
    all.push(performance.now() - startedAt);
  }
  closeSync(file);
  removeFolder(folder);
  return { p50Ms: round(median(all)), p99Ms: round(quantile(all, 0.99)) };
}

/** @param {number} value */
const round = (value) => Number(value.toFixed(3));
