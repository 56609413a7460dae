/** The tables that a program may name, and what each name stands for in a snapshot. */
import {
  CANONICAL_TABLES,
  checkReference,
  equalDescriptors,
  IoSchemaError,
  isTableName,
  parseTableKey,
  SchemaError,
  show,
  type TableDescriptor,
  type TableKey,
  type TableName,
  withBucketSize,
} from "@crv/core";
import type { SnapshotHandle } from "@crv/storage-trait";
import { closestName } from "../closest-name.js";
import { descriptorDifference } from "./descriptor-difference.js";

/** A table as the program named it. */
export interface NamedTable {
  readonly key: TableKey;
  /** Undefined when only the run may know it. */
  readonly described: TableDescriptor | undefined;
}

/** A table as it is, or would be made, in a snapshot. */
export interface ResolvedTable {
  readonly descriptor: TableDescriptor;
  readonly exists: boolean;
}

export class TableCatalog {
  readonly #described: Map<string, TableDescriptor>;
  readonly #tickBucketSize: number;
  readonly #isPast: boolean;

  /**
   * @param tables Descriptors that the program passed at open.
   * @param tickBucketSize Of tables that are made without their own.
   * @param isPast Whether snapshots are of one older version, whose tables may have had other columns.
   * @throws IoSchemaError `DESCRIPTOR_MISMATCH` when two of one name differ.
   * @throws SchemaError `INVALID_DESCRIPTOR` when one references another of them, but not its key.
   */
  constructor(tables: readonly TableDescriptor[], tickBucketSize: number, isPast = false) {
    const described = new Map<string, TableDescriptor>(Object.entries(CANONICAL_TABLES));
    for (const table of tables) {
      checkDescriptor(table);
      checkSame(described.get(table.name), table);
      described.set(table.name, table);
    }
    for (const table of tables) checkReferences(table, described);
    this.#described = described;
    this.#tickBucketSize = tickBucketSize;
    this.#isPast = isPast;
  }

  /**
   * Reads a table argument. Needs no snapshot, so that a wrong argument is refused at once.
   *
   * @throws IoSchemaError `UNKNOWN_TABLE` for what cannot be a table; `DESCRIPTOR_MISMATCH` for a
   *   descriptor that differs from the one known under its name.
   */
  find(table: unknown): NamedTable {
    if (typeof table === "object" && table !== null) {
      const described = checkDescriptor(table);
      checkSame(this.#described.get(described.name), described);
      return { key: described.name, described };
    }
    const described = typeof table === "string" ? this.#described.get(table) : undefined;
    if (described !== undefined) return { key: described.name, described };
    try {
      return { key: parseTableKey(table), described: undefined };
    } catch {
      throw this.#unknown(table, []);
    }
  }

  /**
   * What the table is in `snapshot`. The run's descriptor wins where the program leaves something
   * open (the bucket size); everything else must agree.
   *
   * @throws IoSchemaError `UNKNOWN_TABLE` naming the tables that exist; `DESCRIPTOR_MISMATCH` naming
   *   the first difference.
   */
  resolve({ key, described }: NamedTable, snapshot: SnapshotHandle): ResolvedTable {
    const stored = snapshot.descriptor(key);
    if (stored === undefined) {
      if (described === undefined) throw this.#unknown(key, snapshot.tables());
      return { descriptor: withBucketSize(described, this.#tickBucketSize), exists: false };
    }
    const isCovered =
      isTableName(key) && uncoveredColumn(stored, canonicalTable(key)) === undefined;
    if (described !== undefined && !isCovered && !this.#isPast) checkStored(described, stored);
    return { descriptor: stored, exists: true };
  }

  /**
   * A table of this process changed its columns: from now on it is known as it is.
   *
   * @param table As the run has it.
   */
  evolve(table: TableDescriptor): void {
    if (!isTableName(table.name)) this.#described.set(table.name, table);
  }

  /**
   * A canonical table keeps its columns, since every program knows them by its name.
   *
   * @throws SchemaError `INVALID_DESCRIPTOR` naming a column that would be another one.
   */
  checkEvolved(table: TableDescriptor): void {
    if (!isTableName(table.name)) return;
    const difference = uncoveredColumn(table, canonicalTable(table.name));
    if (difference === undefined) return;
    throw new SchemaError(
      "INVALID_DESCRIPTOR",
      `table "${table.name}" is canonical: its column "${difference}" must stay as it is, so that every program can read it`,
      { details: { table: table.name, column: difference } },
    );
  }

  /**
   * The tables that must be made for `descriptor` to be: itself and, before it, those that it
   * references, and so on.
   *
   * @param existing Tables that need not be made.
   * @throws SchemaError `INVALID_DESCRIPTOR` when one references a table that is neither in the run nor
   *   described, or not its key.
   */
  missingFor(
    descriptor: TableDescriptor,
    existing: (table: TableKey) => TableDescriptor | undefined,
  ): readonly TableDescriptor[] {
    const missing = new Map<TableKey, TableDescriptor>();
    const visit = (table: TableDescriptor): void => {
      if (existing(table.name) !== undefined || missing.has(table.name)) return;
      missing.set(table.name, table);
      for (const reference of table.constraints.references) {
        const described = this.#described.get(reference.table);
        const made = missing.get(reference.table);
        const referenced = existing(reference.table) ?? made ?? described;
        checkReference(table, reference, referenced);
        if (described) visit(withBucketSize(described, this.#tickBucketSize));
      }
    };
    visit(descriptor);
    return [...missing.values()].reverse();
  }

  #unknown(table: unknown, stored: readonly TableKey[]): IoSchemaError {
    const known = [...new Set([...stored, ...this.#described.keys()])].sort();
    const meant = typeof table === "string" ? closestName(table, known) : undefined;
    const remedy = meant === undefined ? "" : `did you mean "${meant}"? `;
    const has = stored.length === 0 ? "" : `the run has ${[...stored].sort().join(", ")}; `;
    return new IoSchemaError(
      "UNKNOWN_TABLE",
      `there is no table ${show(table)}: ${remedy}${has}known are ${known.join(", ")}; describe others with defineTable`,
      { details: { table, known, ...(meant !== undefined && { meant }) } },
    );
  }
}

function canonicalTable(name: TableName): TableDescriptor {
  return CANONICAL_TABLES[name as keyof typeof CANONICAL_TABLES];
}

function checkDescriptor(table: object): TableDescriptor {
  if ("name" in table && "columns" in table && "tickColumn" in table && "required" in table) {
    return table as TableDescriptor;
  }
  throw new IoSchemaError(
    "UNKNOWN_TABLE",
    `${show(table)} does not describe a table: make descriptors with defineTable`,
    { details: { table } },
  );
}

/** Those to tables that only the run may know are checked when the table is made. */
function checkReferences(
  table: TableDescriptor,
  described: ReadonlyMap<string, TableDescriptor>,
): void {
  for (const reference of table.constraints.references) {
    const referenced = described.get(reference.table);
    if (referenced) checkReference(table, reference, referenced);
  }
}

function checkSame(known: TableDescriptor | undefined, given: TableDescriptor): void {
  if (known === undefined || known === given || equalDescriptors(known, given)) return;
  const kind = isTableName(given.name) ? "is canonical" : "is described twice";
  throw new IoSchemaError(
    "DESCRIPTOR_MISMATCH",
    `table "${given.name}" ${kind}, and the descriptors differ: choose another name`,
    { details: { table: given.name } },
  );
}

function checkStored(described: TableDescriptor, stored: TableDescriptor): void {
  if (described === stored) return;
  const { tickBucketSize } = stored;
  const same = tickBucketSize === null ? described : withBucketSize(described, tickBucketSize);
  const difference = descriptorDifference(same, stored);
  if (difference === undefined) return;
  throw new IoSchemaError(
    "DESCRIPTOR_MISMATCH",
    `table "${stored.name}" exists with another descriptor: ${difference}`,
    { details: { table: stored.name, difference } },
  );
}

/**
 * The first column of a canonical table that `stored` lacks or has in another type. It may have more,
 * and may allow nulls where the canonical table does not: runs that were adopted do, and tables that
 * evolved.
 */
function uncoveredColumn(stored: TableDescriptor, canonical: TableDescriptor): string | undefined {
  return Object.entries(canonical.columns).find(
    ([name, type]) => stored.columns[name] !== type || stored.tickColumn !== canonical.tickColumn,
  )?.[0];
}
