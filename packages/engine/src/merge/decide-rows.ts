/**
 * Decides, row by row, what a merge does to the parts of ours and takes from those of theirs. Holds a
 * bounded number of rows, and one bit for each row of the parts that differ: of more rows, some are
 * compared in each of several passes. Source: docs/design/merge.md, "Rows".
 */
import type { TableDescriptor } from "@crv/core";
import { type Pass, passesOver, type RowSource, visitRows } from "../diff/keyed-rows.js";
import { changedKeys } from "../diff/net-rows.js";
import { keyValues } from "../row-keys.js";
import { classifyKey, classifyRow, type RowCounts } from "./classify-rows.js";
import type { ConflictList } from "./conflict-list.js";
import type { DifferingPart, PartsBetween } from "./differing-parts.js";
import { RowMarks } from "./row-marks.js";

export interface RowContext extends RowSource {
  readonly rowsHeldMax: number;
  readonly conflicts: ConflictList;
  readonly signal: AbortSignal | undefined;
}

export interface RowInput {
  readonly descriptor: TableDescriptor;
  readonly differing: readonly DifferingPart[];
  /** How each further base differs from the first. */
  readonly contested: readonly PartsBetween[];
}

export interface RowDecision {
  /** Rows of parts that ours have and theirs have not, which go. */
  readonly drop: readonly RowMarks[];
  /** Rows of parts that theirs have and ours have not, which come. */
  readonly take: readonly RowMarks[];
  /** In a table without a key: whether both deleted rows, and it cannot be told what else that was. */
  readonly isUnclear: boolean;
}

/** A row, by what became of it, and where it can be dropped or taken: a number of part and row each. */
interface Cell extends RowCounts {
  ours: number;
  theirs: number;
  /** By parts that both sides added, or removed. */
  both: number;
  readonly drop: number[];
  readonly take: number[];
}

/** Above the rows that a part may have. */
const PART_STEP = 2 ** 31;

export async function decideRows(context: RowContext, input: RowInput): Promise<RowDecision> {
  const decider = new RowDecider(context, input);
  const parts = [
    ...input.differing.map(({ part }) => part),
    ...input.contested.flatMap(({ removed, added }) => [...removed, ...added]),
  ];
  for (const pass of passesOver(parts, context.rowsHeldMax)) await decider.decide(pass);
  return decider.decision;
}

class RowDecider {
  readonly #context: RowContext;
  readonly #input: RowInput;
  readonly #differing: readonly DifferingPart[];
  readonly #marks: readonly RowMarks[];
  #deletedTwice = false;
  #hasCome = false;
  #isContested = false;

  constructor(context: RowContext, input: RowInput) {
    this.#context = context;
    this.#input = input;
    // Rows are taken from parts that theirs alone have, where there are any: these may come whole.
    const order = ({ inBase }: DifferingPart): number => Number(inBase);
    this.#differing = [...input.differing].sort((a, b) => order(a) - order(b));
    this.#marks = this.#differing.map(({ part }) => new RowMarks(part));
  }

  get decision(): RowDecision {
    const marked = (isOfOurs: boolean): readonly RowMarks[] =>
      this.#marks.filter(({ count }, i) => count > 0 && this.#differing[i]?.inOurs === isOfOurs);
    const isUnclear = this.#isContested || (this.#deletedTwice && this.#hasCome);
    return { drop: marked(true), take: marked(false), isUnclear };
  }

  async decide(pass: Pass): Promise<void> {
    const { descriptor } = this.#input;
    const groups = await this.#readGroups(pass);
    const contested = await this.#readContested(pass);
    for (const [key, rows] of groups) {
      if (descriptor.key.length > 0) await this.#decideKey(key, rows, contested.has(key));
      else for (const row of rows.values()) this.#decideRow(row, contested.has(key));
    }
  }

  async #readGroups(pass: Pass): Promise<Map<string, Map<string, Cell>>> {
    const { signal } = this.#context;
    const groups = new Map<string, Map<string, Cell>>();
    for (const [i, { part, inBase, inOurs, inTheirs }] of this.#differing.entries()) {
      signal?.throwIfAborted();
      const ours = Number(inOurs) - Number(inBase);
      const theirs = Number(inTheirs) - Number(inBase);
      await visitRows(this.#context, this.#input.descriptor, part, pass, (key, digest, row) => {
        const cell = cellOf(groups, key, digest);
        cell.ours += ours;
        cell.theirs += theirs;
        if (inOurs === inTheirs) cell.both += ours;
        else (inOurs ? cell.drop : cell.take).push(i * PART_STEP + row);
      });
    }
    return groups;
  }

  /** Keys in which the bases differ. */
  async #readContested(pass: Pass): Promise<ReadonlySet<string>> {
    const keys = new Set<string>();
    for (const sides of this.#input.contested) {
      for (const key of await changedKeys(this.#context, this.#input.descriptor, sides, pass)) {
        keys.add(key);
      }
    }
    return keys;
  }

  async #decideKey(key: string, rows: Map<string, Cell>, isContested: boolean): Promise<void> {
    const verdict = classifyKey([...rows.values()], isContested);
    if (verdict.kind === "keep") return;
    if (verdict.kind === "take") {
      for (const cell of rows.values()) this.#apply(cell, cell.theirs);
      return;
    }
    const { descriptor } = this.#input;
    const values = keyValues(key, descriptor);
    const conflict = { kind: verdict.conflict, table: descriptor.name, key: values };
    if ((await this.#context.conflicts.decide(conflict)) !== "theirs") return;
    for (const cell of rows.values()) this.#apply(cell, cell.theirs - cell.ours);
  }

  #decideRow(cell: Cell, isContested: boolean): void {
    if (isContested) {
      // Whether it came to both at once, or to each by itself, the bases do not agree.
      if (cell.ours !== cell.theirs) this.#isContested = true;
      return;
    }
    // A row that came to both in one part is one row.
    const shared = Math.max(0, cell.both);
    const counts = { ours: cell.ours - shared, theirs: cell.theirs - shared };
    const { change, isDeletedTwice } = classifyRow(counts);
    if (isDeletedTwice) this.#deletedTwice = true;
    if (counts.ours > 0 || counts.theirs > 0) this.#hasCome = true;
    this.#apply(cell, change);
  }

  #apply({ drop, take }: Cell, change: number): void {
    const places = change < 0 ? drop.slice(0, -change) : take.slice(0, change);
    for (const place of places) {
      this.#marks[Math.floor(place / PART_STEP)]?.add(place % PART_STEP);
    }
  }
}

function cellOf(groups: Map<string, Map<string, Cell>>, key: string, digest: string): Cell {
  const rows = groups.get(key) ?? new Map<string, Cell>();
  groups.set(key, rows);
  const cell = rows.get(digest) ?? { ours: 0, theirs: 0, both: 0, drop: [], take: [] };
  rows.set(digest, cell);
  return cell;
}
