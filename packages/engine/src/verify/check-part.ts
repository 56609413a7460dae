/**
 * Looks at one part: quickly, at its size and that of its key filter; deeply, at every byte: digest,
 * decoding, rows against statistics, ticks, bucket and key filter.
 */
import {
  checkSeal,
  formatKeyFilterKey,
  type Hash52,
  type PartEntry,
  type TableDescriptor,
} from "@crv/core";
import { arrowSchema } from "@crv/core/arrow";
import type { ObjectReader } from "@crv/storage-trait/object-store";
import type { PartStore } from "@crv/storage-trait/parts";
import { KeyFilter } from "../keys/key-filter.js";
import { ownTypes } from "../own-types.js";
import { checkRows, RowCheck } from "./check-rows.js";
import type { Findings } from "./findings.js";
import { damageOf, type ProblemKind, type VerifyProblem } from "./problem.js";
import type { NamedPart } from "./walk-log.js";

export interface PartCheckContext {
  readonly store: ObjectReader;
  readonly parts: PartStore;
  readonly hashKey: Hash52;
  readonly findings: Findings;
  readonly deep: boolean;
  readonly signal: AbortSignal | undefined;
}

export async function checkPart(context: PartCheckContext, named: NamedPart): Promise<void> {
  const { findings, deep } = context;
  const { part } = named;
  findings.counts.parts++;
  findings.counts.bytes += part.bytes;
  const filter = await checkKeyFilter(context, named);
  if (deep) await checkContent(context, named, filter);
  else await checkSize(context, named);
}

async function checkSize({ store, findings }: PartCheckContext, named: NamedPart): Promise<void> {
  const { part } = named;
  const found = await store.stat(part.path);
  if (found === undefined) findings.add(ofPart(named, "missing", "it is not there"));
  else if (found.sizeBytes !== part.bytes) {
    const detail = `it has ${found.sizeBytes} bytes instead of ${part.bytes}`;
    findings.add(ofPart(named, "size", detail));
  }
}

async function checkContent(
  context: PartCheckContext,
  named: NamedPart,
  filter: KeyFilter | undefined,
): Promise<void> {
  const { parts, hashKey, findings, signal } = context;
  const { part, descriptor } = named;
  const table = presentTable(descriptor, part);
  const schema = arrowSchema(table);
  const check = new RowCheck(part, table, filter && { filter, hashKey });
  try {
    const request = { ...(signal && { signal }) };
    for await (const batch of parts.read(part, table, request)) {
      checkRows(check, ownTypes(batch, schema), (rows) => parts.measure(table, rows));
    }
  } catch (error) {
    findings.add({ ...ofPart(named, "changed", ""), ...damageOf(error) });
    return;
  }
  findings.counts.rows += check.rows;
  for (const detail of check.finish()) findings.add(ofPart(named, "contradicts", detail));
  if (check.isKeyHidden) {
    const detail = "a key of the part is not in it: look-ups by key would not find the row";
    findings.add({ ...ofFilter(named, "contradicts", detail) });
  }
}

/** The filter that stands beside a part or in its entry; undefined when there is none that is sound. */
async function checkKeyFilter(
  { store, findings, deep }: PartCheckContext,
  named: NamedPart,
): Promise<KeyFilter | undefined> {
  const { keyFilter, path } = named.part;
  if (keyFilter === undefined) return undefined;
  findings.counts.keyFilters++;
  const { keys, content } = keyFilter;
  if ("inline" in content) {
    return deep ? KeyFilter.decode(Buffer.from(content.inline, "base64"), keys) : undefined;
  }
  const key = formatKeyFilterKey(path);
  if (!deep) {
    const found = await store.stat(key);
    if (found === undefined) findings.add(ofFilter(named, "missing", "it is not there"));
    else if (found.sizeBytes !== content.sizeBytes) {
      const detail = `it has ${found.sizeBytes} bytes instead of ${content.sizeBytes}`;
      findings.add(ofFilter(named, "size", detail));
    }
    return undefined;
  }
  try {
    const bytes = await store.get(key, { sizeBytesMax: content.sizeBytes });
    if (bytes === undefined) {
      findings.add(ofFilter(named, "missing", "it is not there"));
      return undefined;
    }
    await checkSeal(key, bytes, content);
    const filter = KeyFilter.decode(bytes, keys);
    if (filter) return filter;
    findings.add(ofFilter(named, "unreadable", `it does not hold ${keys} keys`));
  } catch (error) {
    findings.add({ ...ofFilter(named, "changed", ""), ...damageOf(error) });
  }
  return undefined;
}

function ofPart(named: NamedPart, kind: ProblemKind, detail: string): VerifyProblem {
  const { part, descriptor, version } = named;
  const { path, rows } = part;
  return { file: "part", kind, path, detail, version, table: descriptor.name, rows };
}

function ofFilter(named: NamedPart, kind: ProblemKind, detail: string): VerifyProblem {
  const { part, descriptor, version } = named;
  const path = formatKeyFilterKey(part.path);
  return { file: "key-filter", kind, path, detail, version, table: descriptor.name };
}

/** The table as far as the part has it: one of another program may lack columns. */
function presentTable(table: TableDescriptor, part: PartEntry): TableDescriptor {
  const isPresent = (column: string): boolean => Object.hasOwn(part.columns, column);
  const columns = Object.entries(table.columns).filter(([column]) => isPresent(column));
  if (columns.length === Object.keys(table.columns).length) return table;
  return {
    ...table,
    columns: Object.fromEntries(columns),
    required: table.required.filter(isPresent),
    nullable: table.nullable.filter(isPresent),
  };
}
