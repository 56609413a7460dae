/**
 * Threads that decode parts. A task that fails, hangs or kills its thread ends alone: its thread is
 * thrown away and the next task gets another.
 *
 * The pool never queues: a queued task would wait for ever when the last thread dies, because a
 * pool without a minimum of threads starts none for it. The gate in front queues instead.
 */
import { IoError, type ObjectKey } from "@crv/core";
import type { Piscina } from "piscina";
import { createGate } from "../gate.js";
import type { DecodeResult, DecodeTask, InspectResult, InspectTask } from "./decode-task.js";
import { corruptPart, readAborted } from "./part-errors.js";
import { WORKER_FILE } from "./worker-file.js";

/** A thread keeps the memory of its largest part, up to 4 GiB; an idle one is ended after this. */
const IDLE_MS_MAX = 10_000;

/** What the worker file exports: `default` decodes. */
type Verb = "default" | "inspect";

export interface DecodePoolOptions {
  /** Threads at most; none is started before the first task. */
  readonly workers: number;
  /** Of one task, not counting its waiting for a thread. */
  readonly timeoutMs: number;
  /** URL of what a thread runs. Default: the worker of this package. */
  readonly workerFile?: string;
}

export interface DecodePool {
  /**
   * @param path Names the part in errors.
   * @throws IoError `CORRUPT`: the decoder failed. `DEADLINE_EXCEEDED`. `ABORTED`. `CLOSED`. `IO`:
   *   no thread could be started.
   */
  decode(path: ObjectKey, task: DecodeTask, signal?: AbortSignal): Promise<DecodeResult>;
  /** What a file says of itself. Errors as of {@link decode}. */
  inspect(path: ObjectKey, task: InspectTask, signal?: AbortSignal): Promise<InspectResult>;
  /** Ends all threads; tasks under way fail with `CLOSED`. Idempotent. */
  close(): Promise<void>;
}

export function createDecodePool(options: DecodePoolOptions): DecodePool {
  const { workers, timeoutMs, workerFile = WORKER_FILE } = options;
  const gate = createGate(workers);
  /** One per call under way; aborting it with an IoError ends the call with that error. */
  const calls = new Set<AbortController>();
  let started: Promise<Piscina> | undefined;
  let isClosed = false;

  function stopAll(error: IoError): Promise<void> | undefined {
    for (const call of calls) call.abort(error);
    const pool = started;
    started = undefined;
    return pool?.then((threads) => threads.destroy());
  }

  async function start(): Promise<Piscina> {
    const { Piscina } = await import("piscina");
    const pool = new Piscina({
      filename: workerFile,
      minThreads: 0,
      maxThreads: workers,
      idleTimeout: IDLE_MS_MAX,
      recordTiming: false,
    });
    // Only a thread without a task reports here: its source is missing or does not load.
    pool.on("error", (cause: unknown) => void stopAll(notStarted(workerFile, cause)));
    return pool;
  }

  async function run(path: ObjectKey, verb: Verb, task: unknown, call: AbortSignal) {
    started ??= start();
    const pool = await started;
    call.throwIfAborted();
    try {
      return await pool.run(task, { signal: call, name: verb });
    } catch (cause) {
      call.throwIfAborted();
      throw corruptPart(path, `the decoder failed (${messageOf(cause)})`, cause);
    }
  }

  async function call(path: ObjectKey, verb: Verb, task: unknown, signal?: AbortSignal) {
    if (isClosed) throw closed();
    const ending = new AbortController();
    calls.add(ending);
    const forget = [onAbort(signal, (reason) => ending.abort(readAborted(path, reason)))];
    try {
      forget.push(await gate.enter(ending.signal));
      const deadline = AbortSignal.timeout(timeoutMs);
      forget.push(onAbort(deadline, () => ending.abort(deadlineExceeded(path, timeoutMs))));
      return await run(path, verb, task, ending.signal);
    } finally {
      calls.delete(ending);
      for (const undo of forget) undo();
    }
  }

  return {
    decode: (path, task, signal) => call(path, "default", task, signal),
    inspect: (path, task, signal) => call(path, "inspect", task, signal),
    async close() {
      isClosed = true;
      await stopAll(closed());
    },
  };
}

/** Calls `then` when `signal` is aborted, at once if it is; returns how to stop listening. */
function onAbort(signal: AbortSignal | undefined, then: (reason: unknown) => void): () => void {
  const listener = (): void => then(signal?.reason);
  if (signal?.aborted) listener();
  signal?.addEventListener("abort", listener);
  return () => signal?.removeEventListener("abort", listener);
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function deadlineExceeded(path: ObjectKey, timeoutMs: number): IoError {
  return new IoError(
    "DEADLINE_EXCEEDED",
    `decoding ${path} did not end within ${timeoutMs} ms; retry, or allow more time`,
    { details: { key: path, timeoutMs } },
  );
}

function closed(): IoError {
  return new IoError("CLOSED", "the store was closed: parts can no longer be decoded");
}

function notStarted(file: string, cause: unknown): IoError {
  return new IoError(
    "IO",
    `no decoding thread could be started from ${file}: it must be installed beside its package`,
    { details: { file }, cause },
  );
}
