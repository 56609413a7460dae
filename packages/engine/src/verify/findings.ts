/** What a verification has looked at and found so far. Bounded, however damaged the run is. */
import { type BranchId, formatBranchKey } from "@crv/core";
import type { VerifyProblem } from "./problem.js";

/** Problems that are kept; of more only the number. */
export const PROBLEMS_MAX = 10_000;

export interface VerifyCounts {
  records: number;
  checkpoints: number;
  parts: number;
  keyFilters: number;
  /** Of artifacts: tensor files and others. */
  members: number;
  views: number;
  sidecars: number;
  /** Rows of parts that were decoded. */
  rows: number;
  /** Bytes of parts and members: looked at, or in a deep verification read. */
  bytes: number;
}

export class Findings {
  readonly counts: VerifyCounts = {
    records: 0,
    checkpoints: 0,
    parts: 0,
    keyFilters: 0,
    members: 0,
    views: 0,
    sidecars: 0,
    rows: 0,
    bytes: 0,
  };
  readonly #problems: VerifyProblem[] = [];
  readonly #known = new Set<string>();
  #count = 0;

  /** One problem of each kind is told of a file. */
  add(problem: VerifyProblem): void {
    const name = `${problem.kind} ${problem.path}`;
    if (this.#known.has(name)) return;
    this.#count++;
    if (this.#problems.length >= PROBLEMS_MAX) return;
    this.#known.add(name);
    this.#problems.push(problem);
  }

  /** For what is found in a branch, by the keys that main has in the place of its own. */
  ofBranch(id: BranchId): Findings {
    return new BranchFindings(this, id);
  }

  /** In the order of their paths. */
  get problems(): readonly VerifyProblem[] {
    return [...this.#problems].sort((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)));
  }

  get problemCount(): number {
    return this.#count;
  }
}

/** Told to those of the run. */
class BranchFindings extends Findings {
  override readonly counts: VerifyCounts;
  readonly #ofRun: Findings;
  readonly #id: BranchId;

  constructor(ofRun: Findings, id: BranchId) {
    super();
    this.counts = ofRun.counts;
    this.#ofRun = ofRun;
    this.#id = id;
  }

  override add(problem: VerifyProblem): void {
    this.#ofRun.add({ ...problem, path: formatBranchKey(this.#id, problem.path) });
  }
}
