/** Mints ULIDs from an injected clock and randomness. */
import { monotonicFactory } from "ulid";
import type { Clock } from "./clock.js";
import type { Random } from "./random.js";

/** A source of ULIDs, each after the one before it also within a millisecond. */
export function ulidSource(clock: Clock, random: Random): () => string {
  const mint = monotonicFactory(() => random.fraction());
  return () => mint(clock.now().getTime());
}
