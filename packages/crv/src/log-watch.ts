/** Waits for something to happen in the log of a run, whichever process does it. */
import type { Clock } from "@crv/core";

/** Between two looks when nothing is told: so late is a commit seen at most where nobody tells. */
const POLL_MS = 1000;

export interface LogWatchOptions {
  readonly clock: Clock;
  /** Calls back on changes of the log; undefined while it cannot be watched. */
  readonly watch: (onChange: () => void) => (() => void) | undefined;
}

/** One at a time may wait. */
export class LogWatch {
  readonly #options: LogWatchOptions;
  #stop: (() => void) | undefined;
  /** Something happened since the last wait began. */
  #isChanged = false;
  #wake: (() => void) | undefined;

  constructor(options: LogWatchOptions) {
    this.#options = options;
    this.#begin();
  }

  /**
   * Resolves when something may have happened since the last call resolved, at the latest after
   * {@link POLL_MS}; also when `signal` aborts.
   */
  async wait(signal: AbortSignal | undefined): Promise<void> {
    // The log of a new run comes to be with its first commit.
    this.#begin();
    if (!this.#isChanged && signal?.aborted !== true) {
      const waiting = new AbortController();
      const wake = (): void => waiting.abort();
      this.#wake = wake;
      signal?.addEventListener("abort", wake);
      // Rejects when it is woken.
      await this.#options.clock.sleep(POLL_MS, waiting.signal).catch(() => {});
      signal?.removeEventListener("abort", wake);
      this.#wake = undefined;
    }
    this.#isChanged = false;
  }

  close(): void {
    this.#stop?.();
  }

  #begin(): void {
    this.#stop ??= this.#options.watch(() => {
      this.#isChanged = true;
      this.#wake?.();
    });
  }
}
