/** The tables of a campaign. */
import { defineTable } from "crv";

const columns = /** @type {const} */ ({ tick: "i64", writer: "str", n: "i64" });

/** Ticks per bucket: a few rows reach several buckets, and so several parts. */
const bucketSize = 10;

/** @param {string} name */
export const rowTable = (name) => defineTable({ name, columns, bucketSize });

export const events = rowTable("events");
export const latest = rowTable("latest");
/** One transaction writes all three. */
export const trio = [rowTable("alpha"), rowTable("beta"), rowTable("gamma")];

export const facts = defineTable({
  name: "facts",
  columns: { id: "i64", writer: "str", n: "i64" },
  key: ["id"],
});

/** One row, which every writer reads before it adds 1. */
export const counter = defineTable({
  name: "counter",
  columns: { id: "i64", total: "i64" },
  key: ["id"],
});

export const TABLES = [events, latest, ...trio, facts, counter];
