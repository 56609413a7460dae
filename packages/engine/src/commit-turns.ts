/**
 * Appends that constraints can refuse are committed one after another in a process: at once, each of
 * them would have to be checked again after every other that lands.
 */
export class CommitTurns {
  #tail: Promise<unknown> = Promise.resolve();

  /** Does `work` when all that came before has ended, whatever became of it. */
  take<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(work);
    this.#tail = result.catch(() => undefined);
    return result;
  }
}
