/**
 * The rows of a part against what its entry says of them. A bound need not be tight, since releases may
 * cut texts at other lengths; it must hold, or a scan would pass rows by.
 */
import type { Hash52, PartEntry, StatisticsByColumn, TableDescriptor } from "@crv/core";
import type { RowSpan } from "@crv/storage-trait/parts";
import type { RecordBatch } from "apache-arrow";
import { keyBytes } from "../keys/key-bytes.js";
import type { KeyFilter } from "../keys/key-filter.js";
import { orderOf } from "../scan/scalar-order.js";

/** What an entry says of some rows: of all, or of one row group. */
interface Said {
  readonly rows: number;
  readonly columns: StatisticsByColumn;
}

type Measure = (rows: readonly RowSpan[]) => StatisticsByColumn;

/** Collects what is wrong with one part, each contradiction once. */
export class RowCheck {
  readonly part: PartEntry;
  readonly table: TableDescriptor;
  readonly #keys: { readonly filter: KeyFilter; readonly hashKey: Hash52 } | undefined;
  readonly #contradictions = new Set<string>();
  readonly #groups: readonly Said[];
  /** Nulls of each column: of the row group that is being read, and of all. */
  #groupNulls = new Map<string, number>();
  readonly #nulls = new Map<string, number>();
  #group = 0;
  #groupRows = 0;
  #tickMin = Number.POSITIVE_INFINITY;
  #tickMax = Number.NEGATIVE_INFINITY;
  rows = 0;
  /** Whether the key filter denies a key that is there. */
  isKeyHidden = false;

  constructor(
    part: PartEntry,
    table: TableDescriptor,
    keys: { readonly filter: KeyFilter; readonly hashKey: Hash52 } | undefined,
  ) {
    this.part = part;
    this.table = table;
    this.#keys = keys;
    this.#groups = part.rowGroups ?? [part];
  }

  /** The piece of `batch` from `start` on that lies in one row group. */
  next(batch: RecordBatch, start: number): RowSpan {
    const left = (this.#groups[this.#group]?.rows ?? Number.POSITIVE_INFINITY) - this.#groupRows;
    return { batch, start, end: Math.min(batch.numRows, start + Math.max(1, left)) };
  }

  add(span: RowSpan, measured: StatisticsByColumn): void {
    const rows = span.end - span.start;
    const group = this.#groups[this.#group];
    for (const [column, found] of Object.entries(measured)) {
      count(this.#nulls, column, found.nulls);
      count(this.#groupNulls, column, found.nulls);
      if (found.nulls > 0 && this.table.required.includes(column)) {
        this.#contradictions.add(`column ${column} holds nulls, though it is required`);
      }
      if (found.nulls === rows) continue;
      this.#checkBounds(column, this.part.columns[column], found);
      if (this.part.rowGroups) this.#checkBounds(column, group?.columns[column], found);
    }
    const tick = this.table.tickColumn === null ? undefined : measured[this.table.tickColumn];
    if (tick?.min !== undefined) this.#tickMin = Math.min(this.#tickMin, Number(tick.min));
    if (tick?.max !== undefined) this.#tickMax = Math.max(this.#tickMax, Number(tick.max));
    this.rows += rows;
    this.#groupRows += rows;
    if (group && this.#groupRows >= group.rows) this.#endGroup(group);
  }

  checkKeys(batch: RecordBatch): void {
    const columns = this.part.keyFilter?.columns ?? [];
    if (this.#keys === undefined || this.isKeyHidden) return;
    const { filter, hashKey } = this.#keys;
    const bytesOf = keyBytes(batch, columns);
    for (let row = 0; row < batch.numRows; row++) {
      if (!filter.mayHold(hashKey(bytesOf(row)))) this.isKeyHidden = true;
    }
  }

  /** What the rows contradict; to be asked when all were read. */
  finish(): readonly string[] {
    const { part, table } = this;
    if (this.rows !== part.rows) {
      this.#contradictions.add(`it holds ${this.rows} rows, its entry says ${part.rows}`);
    }
    this.#checkNulls("the part", part, this.#nulls);
    if (table.tickColumn !== null && table.tickBucketSize !== null && this.rows > 0) {
      if (this.#tickMin !== part.tickMin || this.#tickMax !== part.tickMax) {
        this.#contradictions.add(
          `its ticks are ${this.#tickMin} to ${this.#tickMax}, its entry says ${part.tickMin} to ${part.tickMax}`,
        );
      }
      for (const tick of [this.#tickMin, this.#tickMax]) {
        if (Math.floor(tick / table.tickBucketSize) === part.bucket) continue;
        this.#contradictions.add(`tick ${tick} is not of bucket ${part.bucket}`);
      }
    }
    return [...this.#contradictions];
  }

  #endGroup(group: Said): void {
    if (this.part.rowGroups) {
      this.#checkNulls(`row group ${this.#group}`, group, this.#groupNulls);
    }
    this.#group++;
    this.#groupRows = 0;
    this.#groupNulls = new Map();
  }

  #checkNulls(what: string, { columns }: Said, found: ReadonlyMap<string, number>): void {
    for (const [column, nulls] of found) {
      const said = columns[column];
      if (said === undefined || said.nulls === nulls) continue;
      this.#contradictions.add(
        `column ${column} of ${what} holds ${nulls} nulls, its entry says ${said.nulls}`,
      );
    }
  }

  /** @param found Of rows that are not all null. */
  #checkBounds(
    column: string,
    said: StatisticsByColumn[string] | undefined,
    found: StatisticsByColumn[string],
  ): void {
    if (said === undefined) return;
    const isAbove = said.min === undefined || isOrdered(said.min, found.min);
    const isBelow = said.max === undefined || isOrdered(found.max, said.max);
    if (isAbove && isBelow) return;
    this.#contradictions.add(
      `column ${column} holds values from ${String(found.min)} to ${String(found.max)}, its entry says ${String(said.min)} to ${String(said.max)}`,
    );
  }
}

/** Adds the rows of `batch`, in pieces that lie in one row group each. */
export function checkRows(check: RowCheck, batch: RecordBatch, measure: Measure): void {
  const whole = withColumns(batch, check.table);
  for (let start = 0; start < batch.numRows; ) {
    const span = check.next(batch, start);
    check.add(span, whole ? measure([span]) : {});
    start = span.end;
  }
  check.checkKeys(batch);
}

/** Whether `batch` has every column of the table: a part of an older schema may lack some. */
function withColumns({ schema }: RecordBatch, { columns }: TableDescriptor): boolean {
  return schema.fields.length === Object.keys(columns).length;
}

type Bound = StatisticsByColumn[string]["min"];

/** Bounds that have no order say nothing that could be relied on. */
function isOrdered(low: Bound, high: Bound): boolean {
  if (low === undefined || high === undefined) return false;
  const order = orderOf(low, high);
  return order !== undefined && order <= 0;
}

function count(counts: Map<string, number>, name: string, add: number): void {
  counts.set(name, (counts.get(name) ?? 0) + add);
}
