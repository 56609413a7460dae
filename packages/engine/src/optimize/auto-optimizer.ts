/**
 * Optimizes without being asked: in the background, when a bucket that this process writes holds too many
 * small parts, and at close. Whatever becomes of it is told, and fails nobody's write.
 * Source: docs/design/automatic-optimize.md.
 */
import type { OperationId, TableKey } from "@crv/core";
import type { Proposal } from "@crv/manifest";
import type { OptimizeReport } from "@crv/storage-trait";
import { isSmallPart } from "./plan-optimize.js";

export interface AutoOptimizePolicy {
  /** Small parts of a bucket that are left as they are; with as many it is optimized. */
  readonly bucketPartsMax: number;
  /** Of one trigger: parts that are merged, and time after which no further commit begins. */
  readonly budget: { readonly parts: number; readonly ms: number };
}

/** Derived in docs/design/automatic-optimize.md. */
export const AUTO_OPTIMIZE: AutoOptimizePolicy = {
  bucketPartsMax: 256,
  budget: { parts: 1024, ms: 1000 },
};

/** Buckets of each table. */
export type BucketsByTable = ReadonlyMap<TableKey, ReadonlySet<number>>;

export interface AutoOptimizeRequest {
  readonly policy: AutoOptimizePolicy;
  readonly buckets: BucketsByTable;
  /** Asked before each commit. */
  readonly mayCommit: () => boolean;
  /** Told of each that begins, at once. */
  readonly publishing: (commit: Promise<unknown>) => void;
}

export interface AutoOptimizerOptions {
  readonly policy: AutoOptimizePolicy;
  readonly run: (request: AutoOptimizeRequest) => Promise<OptimizeReport>;
  readonly tell: (outcome: { report: OptimizeReport } | { error: unknown }) => void;
}

const noop = (): void => {};

/** Buckets whose small parts are counted; of more, those that were not written for longest are forgotten. */
const BUCKETS_COUNTED_MAX = 4096;

interface CountedBucket {
  readonly table: TableKey;
  readonly bucket: number;
  parts: number;
}

export class AutoOptimizer {
  readonly #options: AutoOptimizerOptions;
  /** In the order in which they were last written. */
  readonly #counted = new Map<string, CountedBucket>();
  /** Operations that may rewrite parts which they have read. */
  readonly #reading = new Set<OperationId>();
  #running: Promise<void> | undefined;
  #publishing: Promise<unknown> | undefined;
  #isDue = false;

  constructor(options: AutoOptimizerOptions) {
    this.#options = options;
  }

  /** Parts that an operation of this process may rewrite stay while it is under way. */
  enter(operation: OperationId): void {
    this.#reading.add(operation);
  }

  leave(operation: OperationId): void {
    this.#reading.delete(operation);
  }

  /** Resolves when no commit is under way, until something is awaited. */
  async published(): Promise<void> {
    while (this.#publishing !== undefined) await this.#publishing;
  }

  /** After each commit of this process. Costs what it added, and no storage call. */
  committed({ kind, edits }: Pick<Proposal, "kind" | "edits">): void {
    // Registered files stay as they are, until somebody asks.
    if (kind === "optimize" || kind === "files") return;
    for (const [table, { add }] of edits) {
      for (const part of add) if (isSmallPart(part)) this.#count(table, part.bucket);
    }
    if (this.#isDue && this.#running === undefined && this.#reading.size === 0) {
      this.#running = this.#optimize().finally(() => {
        this.#running = undefined;
      });
    }
  }

  /** Ends what is under way, and looks at every bucket that was written. Requires: no write is under way. */
  async close(): Promise<void> {
    await this.#running;
    if (this.#counted.size > 0) await this.#optimize();
  }

  #count(table: TableKey, bucket: number): void {
    const name = `${table} ${bucket}`;
    const counted = this.#counted.get(name) ?? { table, bucket, parts: 0 };
    counted.parts++;
    this.#counted.delete(name);
    this.#counted.set(name, counted);
    if (counted.parts >= this.#options.policy.bucketPartsMax) this.#isDue = true;
    if (this.#counted.size <= BUCKETS_COUNTED_MAX) return;
    const [oldest] = this.#counted.keys();
    this.#counted.delete(oldest as string);
  }

  async #optimize(): Promise<void> {
    const { policy, run, tell } = this.#options;
    this.#isDue = false;
    const buckets = new Map<TableKey, Set<number>>();
    for (const counted of this.#counted.values()) {
      const { table, bucket } = counted;
      buckets.set(table, (buckets.get(table) ?? new Set()).add(bucket));
      counted.parts = 0;
    }
    try {
      const mayCommit = (): boolean => this.#reading.size === 0;
      const publishing = (commit: Promise<unknown>): void => {
        const ended = commit.then(noop, noop).then(() => {
          this.#publishing = undefined;
        });
        this.#publishing = ended;
      };
      const report = await run({ policy, buckets, mayCommit, publishing });
      if (report.commits > 0) tell({ report });
    } catch (error) {
      tell({ error });
    }
  }
}
