/** Several processes that commit to one place at once, let go together when all are ready. */
import { fork } from "node:child_process";
import { once } from "node:events";

/**
 * @typedef {{ landed: number, failed: number, failure?: string }} Finished what a worker sends at its end
 * @param {string} workerFile it sends "ready", waits for "go", and sends {@link Finished}
 * @param {number} processes
 * @param {Readonly<Record<string, unknown>>} input each worker gets it as JSON, with its `worker` number
 */
export async function race(workerFile, processes, input) {
  const workers = Array.from({ length: processes }, (_, worker) =>
    fork(workerFile, [JSON.stringify({ ...input, worker })]),
  );
  const gone = workers.map((worker) => once(worker, "exit"));
  await Promise.all(workers.map((worker) => nextMessage(worker)));
  const startedAt = performance.now();
  const finished = await Promise.all(
    workers.map((worker) => {
      const message = nextMessage(worker);
      worker.send("go");
      return message;
    }),
  );
  const ms = performance.now() - startedAt;
  await Promise.all(gone);
  const sum = (/** @type {"landed" | "failed"} */ what) =>
    finished.reduce((total, one) => total + one[what], 0);
  const failure = finished.find((one) => one.failure !== undefined)?.failure;
  return { ms, landed: sum("landed"), failed: sum("failed"), failure };
}

/** @param {import("node:child_process").ChildProcess} worker @returns {Promise<Finished>} */
async function nextMessage(worker) {
  const ended = once(worker, "exit").then(([code]) => {
    throw new Error(`a worker ended with ${code} before it was done`);
  });
  ended.catch(() => undefined);
  const [message] = await Promise.race([once(worker, "message"), ended]);
  return message;
}

/**
 * The worker's part: commits `commits` times when it is told to.
 *
 * @param {number} commits
 * @param {(i: number) => unknown} commit
 */
export async function commitWhenTold(commits, commit) {
  process.send?.("ready");
  await once(process, "message");
  /** @type {Finished} */
  const finished = { landed: 0, failed: 0 };
  for (let i = 0; i < commits; i++) {
    try {
      await commit(i);
      finished.landed += 1;
    } catch (error) {
      finished.failed += 1;
      finished.failure ??= String(error);
    }
  }
  await new Promise((resolve) => process.send?.(finished, resolve));
}
