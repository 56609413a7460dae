/** The event loop, injected, for work that waits beside the caller's own. */
export interface Timers {
  /**
   * Calls `call` once, after `ms` milliseconds; what it returns cancels that. Does not keep the
   * process alive.
   */
  after(ms: number, call: () => void): () => void;
  /** Resolves when the event loop has turned: timers that are due and answers of the disk came first. */
  turn(): Promise<void>;
}
