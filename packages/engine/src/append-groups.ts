/**
 * Small appends of this process: the first goes at once, and those that arrive meanwhile form the
 * next group. Source: docs/design/group-commit.md.
 */
import { equalDescriptors } from "@crv/core";
import type { AppendOutcome } from "@crv/storage-trait";
import { appendAlone } from "./append-alone.js";
import { replay } from "./append-batches.js";
import { appendTogether, type SmallAppend } from "./append-together.js";
import type { EngineContext } from "./engine-context.js";

/** What one group may hold: enough that the cost of a commit is shared, little enough to wait for. */
const GROUP_APPENDS_MAX = 256;
const GROUP_ROWS_MAX = 1 << 16;

interface Waiting {
  readonly append: SmallAppend;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (outcome: AppendOutcome | Promise<AppendOutcome>) => void;
  readonly reject: (reason: unknown) => void;
}

export class AppendGroups {
  readonly #context: EngineContext;
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;

  constructor(context: EngineContext) {
    this.#context = context;
  }

  append(append: SmallAppend, signal?: AbortSignal): Promise<AppendOutcome> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ append, signal, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when nothing waits and nothing is under way. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) await this.#commit(this.#takeGroup());
    this.#running = undefined;
  }

  /** In order of arrival, as far as one record and one part for each bucket can hold them. */
  #takeGroup(): readonly Waiting[] {
    const group: Waiting[] = [];
    let rows = 0;
    for (const waiting of this.#waiting) {
      if (group.length === GROUP_APPENDS_MAX || rows >= GROUP_ROWS_MAX) break;
      if (!group.every((other) => fits(waiting.append, other.append))) continue;
      group.push(waiting);
      rows += waiting.append.rows;
    }
    const taken = new Set(group);
    this.#waiting = this.#waiting.filter((waiting) => !taken.has(waiting));
    return group;
  }

  async #commit(taken: readonly Waiting[]): Promise<void> {
    const group = taken.filter(({ signal, reject }) => {
      if (signal?.aborted === true) reject(signal.reason);
      return signal?.aborted !== true;
    });
    const { own } = this.#context;
    const outcomes = group.length > 1 ? await this.#together(group) : undefined;
    if (outcomes === undefined) {
      await Promise.allSettled(group.map((waiting) => this.#alone(waiting)));
    } else {
      for (const [i, { resolve }] of group.entries()) resolve(outcomes[i] as AppendOutcome);
    }
    for (const { append } of group) own.delete(append.ref.operationId);
  }

  #together(group: readonly Waiting[]): Promise<readonly AppendOutcome[] | undefined> {
    const { own } = this.#context;
    for (const { append } of group) own.add(append.ref.operationId);
    return appendTogether(
      this.#context,
      group.map(({ append }) => append),
    );
  }

  #alone({ append, signal, resolve }: Waiting): Promise<AppendOutcome> {
    const outcome = appendAlone(this.#context, append, replay(append.batches), signal);
    resolve(outcome);
    return outcome;
  }
}

function fits(append: SmallAppend, other: SmallAppend): boolean {
  return append.table.name !== other.table.name || equalDescriptors(append.table, other.table);
}
