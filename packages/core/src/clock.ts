/** Time, injected. The facade passes the system's clock; tests pass one that they move. */
export interface Clock {
  /** Wall time. May jump; used for lease deadlines and ages, never for order. */
  now(): Date;
  /** Resolves after `ms` milliseconds of this clock, or rejects when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
