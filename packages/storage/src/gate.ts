/** Lets a few callers in at a time, in order of arrival. */
export interface Gate {
  /**
   * Waits for a place. The caller must give it back, once.
   *
   * @throws the signal's reason when it is aborted before there is a place.
   */
  enter(signal?: AbortSignal): Promise<() => void>;
}

export function createGate(places: number): Gate {
  const waiting = new Set<() => void>();
  let free = places;

  const leave = (): void => {
    const [next] = waiting;
    if (next === undefined) free += 1;
    else next();
  };

  return {
    enter(signal) {
      return new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        if (free > 0) {
          free -= 1;
          resolve(leave);
          return;
        }
        const settle = (): void => {
          waiting.delete(takePlace);
          signal?.removeEventListener("abort", giveUp);
        };
        const takePlace = (): void => {
          settle();
          resolve(leave);
        };
        const giveUp = (): void => {
          settle();
          reject(signal?.reason);
        };
        waiting.add(takePlace);
        signal?.addEventListener("abort", giveUp);
      });
    },
  };
}
