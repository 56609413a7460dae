/**
 * Reads a plan: parts in storage order, a few at once; columns aligned to the table's schema, rows
 * filtered. With `order: "tick"` a bucket is held whole and sorted, since buckets follow one another
 * in ticks and parts of one bucket may overlap.
 */
import { columnsOf, type PartEntry, type Predicate, type TableDescriptor } from "@crv/core";
import {
  arrowSchema,
  BatchBuilder,
  batchOf,
  emptyBatch,
  equalTypes,
  sortedByTick,
} from "@crv/core/arrow";
import type { ScanRequest } from "@crv/storage-trait";
import type { PartStore } from "@crv/storage-trait/parts";
import { type Data, type RecordBatch, Schema } from "apache-arrow";
import { isWithin, type TablePlan } from "./plan.js";
import { pruneRowGroups } from "./prune.js";
import { readAhead } from "./read-ahead.js";
import { selectRows } from "./select-rows.js";

/** Parts decoded at once: as many as there are decoders. */
const PARTS_AT_ONCE = 2;

/** The rows of `plan`, at least one batch, which may be empty. */
export async function* scanTable(
  plan: TablePlan,
  request: ScanRequest,
  parts: PartStore,
): AsyncIterable<RecordBatch> {
  const output = project(plan.descriptor, request.columns);
  let left = request.limit ?? Number.POSITIVE_INFINITY;
  let toSkip = plan.rowsToSkip;
  let given = false;
  const source =
    request.order === "tick" && plan.descriptor.tickColumn !== null
      ? inTickOrder(plan, request, parts, output, plan.descriptor.tickColumn)
      : inStorageOrder(plan.parts, plan, request, parts, output);
  if (left > 0) {
    for await (const whole of source) {
      request.signal?.throwIfAborted();
      const batch = withoutFirst(whole, toSkip);
      toSkip -= whole.numRows - batch.numRows;
      if (batch.numRows === 0) continue;
      given = true;
      yield batch.numRows <= left ? batch : batch.slice(0, left);
      left -= batch.numRows;
      if (left <= 0) return;
    }
  }
  if (!given) yield emptyBatch(output);
}

/** Copies, since a slice that begins in the middle is one more form that every reader would have to know. */
function withoutFirst(batch: RecordBatch, rows: number): RecordBatch {
  if (rows === 0) return batch;
  const builder = new BatchBuilder(batch.schema);
  builder.append(batch, { start: Math.min(rows, batch.numRows), end: batch.numRows });
  return builder.finish();
}

async function* inTickOrder(
  plan: TablePlan,
  request: ScanRequest,
  parts: PartStore,
  output: Schema,
  tickColumn: string,
): AsyncIterable<RecordBatch> {
  const held = withTick(output, plan.descriptor, tickColumn);
  for (const bucket of groupByBucket(plan.parts)) {
    const builder = new BatchBuilder(held);
    for await (const batch of inStorageOrder(bucket, plan, request, parts, held))
      builder.append(batch);
    const rows = builder.finish();
    const order = sortedByTick(rows, tickColumn);
    const sorted = new BatchBuilder(output);
    sorted.append(rows, order ?? { start: 0, end: rows.numRows });
    yield sorted.finish();
  }
}

function inStorageOrder(
  chosen: readonly PartEntry[],
  plan: TablePlan,
  request: ScanRequest,
  parts: PartStore,
  output: Schema,
): AsyncIterable<RecordBatch> {
  return readAhead(chosen, PARTS_AT_ONCE, (part) =>
    readPart(part, plan.descriptor, request, parts, output),
  );
}

/** The selected rows of one part, aligned to `output`. */
async function* readPart(
  part: PartEntry,
  table: TableDescriptor,
  request: ScanRequest,
  parts: PartStore,
  output: Schema,
): AsyncIterable<RecordBatch> {
  const predicate = rowPredicate(part, table, request);
  const rowGroups = pruneRowGroups(part, request, table.tickColumn);
  const names = new Set(output.fields.map((field) => field.name));
  for (const name of predicate ? columnsOf(predicate) : []) names.add(name);
  const columns = Object.keys(table.columns).filter((name) => names.has(name));
  const batches = parts.read(part, table, {
    columns,
    ...(rowGroups && { rowGroups }),
    ...(request.verify !== undefined && { verify: request.verify }),
    ...(request.signal && { signal: request.signal }),
  });
  for await (const batch of batches) {
    const rows = predicate ? selectRows(batch, predicate) : "all";
    yield align(batch, output, rows);
  }
}

/** The filter together with the tick bounds, where the part does not lie within them anyway. */
function rowPredicate(
  part: PartEntry,
  { tickColumn }: TableDescriptor,
  request: ScanRequest,
): Predicate | undefined {
  const { filter, tickMin, tickMax } = request;
  const of: Predicate[] = filter ? [filter] : [];
  if (tickColumn !== null && !isWithin(part, request)) {
    const column = tickColumn;
    if (tickMin !== undefined) of.push({ kind: "compare", column, op: "ge", value: tickMin });
    if (tickMax !== undefined) of.push({ kind: "compare", column, op: "le", value: tickMax });
  }
  return of.length === 0 ? undefined : { kind: "and", of };
}

/** `batch` as rows of `output`: as it is when its types are those already, else rebuilt. */
function align(batch: RecordBatch, output: Schema, rows: Int32Array | "all"): RecordBatch {
  const sources = output.fields.map((field) => {
    const index = batch.schema.fields.findIndex((f) => f.name === field.name);
    const found = batch.schema.fields[index];
    return found && equalTypes(found.type, field.type) ? batch.data.children[index] : undefined;
  });
  if (rows === "all" && sources.every((data) => data !== undefined)) {
    return batchOf(output, batch.numRows, sources as Data[]);
  }
  const builder = new BatchBuilder(output);
  builder.append(batch, rows === "all" ? { start: 0, end: batch.numRows } : rows);
  return builder.finish();
}

function project(table: TableDescriptor, columns: readonly string[] | undefined): Schema {
  const whole = arrowSchema(table);
  if (columns === undefined) return whole;
  const fields = new Map(whole.fields.map((field) => [field.name, field]));
  return new Schema(
    columns.flatMap((name) => fields.get(name) ?? []),
    whole.metadata,
  );
}

function withTick(output: Schema, table: TableDescriptor, tickColumn: string): Schema {
  if (output.fields.some((field) => field.name === tickColumn)) return output;
  return new Schema([...output.fields, ...project(table, [tickColumn]).fields]);
}

function groupByBucket(parts: readonly PartEntry[]): readonly (readonly PartEntry[])[] {
  const groups = new Map<number, PartEntry[]>();
  for (const part of parts) {
    const group = groups.get(part.bucket);
    if (group) group.push(part);
    else groups.set(part.bucket, [part]);
  }
  return [...groups.values()];
}
