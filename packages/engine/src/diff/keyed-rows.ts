/** The rows of a part as keys and digests, so that rows of different parts compare. */
import { hash } from "node:crypto";
import type { PartEntry, TableDescriptor } from "@crv/core";
import { arrowSchema, BatchBuilder } from "@crv/core/arrow";
import type { PartStore } from "@crv/storage-trait/parts";
import type { RecordBatch } from "apache-arrow";
import { keysOf } from "../row-keys.js";
import { rowTexts } from "./row-texts.js";

/** One of several passes over the same parts: it sees the keys that hash to its number. */
export interface Pass {
  readonly number: number;
  readonly of: number;
}

/** So many that each sees a bounded number of rows. */
export function* passesOver(parts: readonly PartEntry[], rowsHeldMax: number): Generator<Pass> {
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const of = Math.max(1, Math.ceil(rows / rowsHeldMax));
  for (let number = 0; number < of; number++) yield { number, of };
}

export interface RowSource {
  readonly parts: PartStore;
}

/**
 * Gives the rows of `part` that are of `pass` to `visit`. Without a key the digest of a row is its key.
 *
 * @param table As of the later version: columns that the part lacks are null.
 */
export async function visitRows(
  { parts }: RowSource,
  table: TableDescriptor,
  part: PartEntry,
  pass: Pass,
  visit: (key: string, digest: string, row: number) => void,
): Promise<void> {
  let first = 0;
  for await (const batch of parts.read(part, table)) {
    const aligned = align(batch, table);
    const textOf = rowTexts(aligned);
    const keys = table.key.length > 0 ? keysOf(aligned, table) : undefined;
    for (let row = 0; row < aligned.numRows; row++) {
      const key = keys?.[row] ?? digestOf(textOf(row));
      if (!isOfPass(key, pass)) continue;
      visit(key, keys ? digestOf(textOf(row)) : key, first + row);
    }
    first += aligned.numRows;
  }
}

/** By FNV-1a of its UTF-16 code units: every row of every pass is asked. */
function isOfPass(key: string, { number, of }: Pass): boolean {
  if (of === 1) return true;
  let hashed = 0x811c9dc5;
  for (let at = 0; at < key.length; at++) {
    hashed = Math.imul(hashed ^ key.charCodeAt(at), 0x01000193);
  }
  return ((hashed ^ (hashed >>> 15)) >>> 0) % of === number;
}

/** So that rows of older parts, which may lack columns, compare with those of newer ones. */
function align(batch: RecordBatch, table: TableDescriptor): RecordBatch {
  const builder = new BatchBuilder(arrowSchema(table));
  builder.append(batch);
  return builder.finish();
}

/** 128 bits: rows are taken for equal by it. */
function digestOf(text: string): string {
  return hash("sha256", text, "base64").slice(0, 22);
}
