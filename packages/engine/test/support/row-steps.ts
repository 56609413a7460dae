/** Steps of a transaction as data: what it stages and reads, and what that makes of the rows. Pure. */
import type { Predicate, TableDescriptor, TableKey } from "@crv/core";

export interface Row {
  readonly tick: number;
  readonly value: number;
}

/** Both inclusive. */
export interface TickRange {
  readonly tickMin: number;
  readonly tickMax: number;
}

export type RowStep = { readonly table: TableDescriptor } & (
  | { readonly kind: "append" | "overwrite" | "merge"; readonly rows: readonly Row[] }
  | { readonly kind: "delete"; readonly where: TickRange }
  | { readonly kind: "update"; readonly where: TickRange; readonly value: number }
  | { readonly kind: "create" | "read" }
);

/** Rows of every table that exists, in no order. */
export type RunRows = ReadonlyMap<TableKey, readonly Row[]>;

/** The rows after `step`, of a run that has its table. */
export function applyStep(run: RunRows, step: RowStep): RunRows {
  const { name } = step.table;
  return new Map(run).set(name, changeRows(run.get(name) ?? [], step));
}

/** Whether what `step` does depends on the rows that are there: then none may change under it. */
export function restsOnRows({ kind }: RowStep): boolean {
  return kind !== "append" && kind !== "create";
}

export function isWithin({ tick }: Row, { tickMin, tickMax }: TickRange): boolean {
  return tickMin <= tick && tick <= tickMax;
}

export function predicateOf({ tickMin, tickMax }: TickRange): Predicate {
  return {
    kind: "and",
    of: [
      { kind: "compare", column: "tick", op: "ge", value: tickMin },
      { kind: "compare", column: "tick", op: "le", value: tickMax },
    ],
  };
}

/** The rows as one text: equal texts are equal rows, in whatever order. */
export function rowsText(rows: readonly Row[]): string {
  const texts = rows.map(({ tick, value }) => `${tick}:${value}`);
  return texts.sort().join(" ");
}

function changeRows(rows: readonly Row[], step: RowStep): readonly Row[] {
  switch (step.kind) {
    case "create":
    case "read":
      return rows;
    case "append":
      return [...rows, ...step.rows];
    case "overwrite":
      return step.rows;
    case "merge": {
      const merged = new Map(step.rows.map((row) => [row.tick, row]));
      return [...rows.filter(({ tick }) => !merged.has(tick)), ...merged.values()];
    }
    case "delete":
      return rows.filter((row) => !isWithin(row, step.where));
    case "update":
      return rows.map((row) =>
        isWithin(row, step.where) ? { tick: row.tick, value: step.value } : row,
      );
  }
}
