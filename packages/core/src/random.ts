/** Randomness, injected. The facade passes the system's; tests pass a seeded one. */
export interface Random {
  /** `count` bytes. */
  bytes(count: number): Uint8Array;
  /** A number in [0, 1). */
  fraction(): number;
}
