/** Conflicts of a merge: decided as they are found, and listed up to a bound. */
import {
  MERGE_CONFLICTS_MAX,
  type MergeChoice,
  type MergeConflict,
  MergeConflictError,
} from "@crv/core";
import type { DecidedConflict, MergeOptions } from "@crv/storage-trait";

/** Kinds where either side may be chosen. */
const DECIDABLE = new Set(["DivergentInsert", "DivergentUpdate", "DeleteVsUpdate", "PathClash"]);

export class ConflictList {
  readonly #options: Pick<MergeOptions, "strategy" | "onConflict">;
  readonly #decided: DecidedConflict[] = [];
  readonly #undecided: MergeConflict[] = [];
  #decidedCount = 0;
  #undecidedCount = 0;

  constructor(options: Pick<MergeOptions, "strategy" | "onConflict">) {
    this.#options = options;
  }

  /** Which side is taken; undefined when nobody says, which refuses the merge. */
  async decide(conflict: MergeConflict): Promise<MergeChoice | undefined> {
    const { strategy, onConflict } = this.#options;
    const isDecidable = DECIDABLE.has(conflict.kind);
    const choice = isDecidable ? ((await onConflict?.(conflict)) ?? strategy) : undefined;
    if (choice === undefined) this.add(conflict);
    else {
      this.#decidedCount++;
      if (this.#decided.length < MERGE_CONFLICTS_MAX) this.#decided.push({ ...conflict, choice });
    }
    return choice;
  }

  /** One that nobody is asked about. */
  add(conflict: MergeConflict): void {
    this.#undecidedCount++;
    if (this.#undecided.length < MERGE_CONFLICTS_MAX) this.#undecided.push(conflict);
  }

  get listed(): readonly DecidedConflict[] {
    return [...this.#undecided, ...this.#decided].slice(0, MERGE_CONFLICTS_MAX);
  }

  get count(): number {
    return this.#decidedCount + this.#undecidedCount;
  }

  get undecidedCount(): number {
    return this.#undecidedCount;
  }

  /** @throws MergeConflictError when one is undecided. */
  check(from: string, into: string, cause?: unknown): void {
    const [first] = this.#undecided;
    if (first === undefined) return;
    const count = this.#undecidedCount;
    throw new MergeConflictError(
      `${from} cannot be merged into ${into}, and nothing changed: ${count} conflict${count === 1 ? "" : "s"}, the first a ${describe(first)}; ${remedyOf(first)}`,
      this.#undecided,
      count,
      cause,
    );
  }
}

function describe({ kind, table, key, artifact, other }: MergeConflict): string {
  if (other !== undefined) return `${kind} of ${artifact} with ${other}`;
  if (artifact !== undefined) return `${kind} of ${artifact}`;
  return key === undefined ? `${kind} of table ${table}` : `${kind} of table ${table}, key ${key}`;
}

function remedyOf({ kind }: MergeConflict): string {
  if (DECIDABLE.has(kind))
    return "choose a strategy, decide each by onConflict, or change one side";
  if (kind === "DivergentSchema") return "give the table the same columns on both sides first";
  return "change the rows of one side so that the merged ones keep the constraint";
}
