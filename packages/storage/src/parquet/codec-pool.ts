/**
 * Threads that decode and encode parts. A task that fails, hangs or kills its thread ends alone: its
 * thread is thrown away and the next task gets another.
 *
 * The pool never queues: a queued task would wait for ever when the last thread dies, because a
 * pool without a minimum of threads starts none for it. The gate in front queues instead.
 */
import { IoError, type ObjectKey } from "@crv/core";
import type { Piscina } from "piscina";
import { createGate } from "../gate.js";
import type { DecodeResult, DecodeTask, InspectResult, InspectTask } from "./decode-task.js";
import type { EncodeResult, EncodeTask } from "./encode-task.js";
import { corruptPart, messageOf, notEncoded, readAborted } from "./part-errors.js";
import { WORKER_FILE } from "./worker-file.js";

/** A thread keeps the memory of its largest part, up to 4 GiB; an idle one is ended after this. */
const IDLE_MS_MAX = 10_000;

/** What the worker file exports. */
type Verb = "decode" | "decodeTogether" | "inspect" | "encode";

/** Of one kind of task. */
interface Rules {
  readonly timeoutMs: number | undefined;
  /** What the caller is told when a task fails or its thread ends. */
  failed(path: ObjectKey, cause: unknown): IoError;
}

interface Call {
  readonly path: ObjectKey;
  readonly verb: Verb;
  /** Makes the task once there is a thread for it: those that wait hold nothing. */
  prepare(): Prepared;
  readonly signal?: AbortSignal | undefined;
}

interface Prepared {
  readonly task: unknown;
  /** Buffers of the task that are moved to the thread. */
  readonly moved?: readonly ArrayBuffer[];
}

export interface CodecPoolOptions {
  /** Threads at most; none is started before the first task. */
  readonly workers: number;
  /** Of one task that decodes, not counting its waiting for a thread. */
  readonly timeoutMs: number;
  /** URL of what a thread runs. Default: the worker of this package. */
  readonly workerFile?: string;
}

export interface CodecPool {
  /**
   * @param path Names the part in errors.
   * @throws IoError `CORRUPT`: the decoder failed. `DEADLINE_EXCEEDED`. `ABORTED`. `CLOSED`. `IO`:
   *   no thread could be started.
   */
  decode(path: ObjectKey, task: DecodeTask, signal?: AbortSignal): Promise<DecodeResult>;
  /**
   * Several small files in one thread, one after the other. What ends that thread ends all of them, and
   * nobody knows which file it was: then each must be decoded alone.
   *
   * @param path Names the first of them. Errors as of {@link decode}.
   */
  decodeTogether(
    path: ObjectKey,
    tasks: readonly DecodeTask[],
    signal?: AbortSignal,
  ): Promise<readonly DecodeResult[]>;
  /** What a file says of itself. Errors as of {@link decode}. */
  inspect(path: ObjectKey, task: InspectTask, signal?: AbortSignal): Promise<InspectResult>;
  /**
   * A Parquet file. Takes the buffers of the task that `prepare` gives, which is called when its turn has
   * come; what it throws passes through. It has no deadline: the bytes are our own,
   * and their number bounds it.
   *
   * @param path Names the part in errors.
   * @throws IoWriteError `WRITE_FAILED`: the encoder failed. IoError `CLOSED`. `IO`: no thread could be
   *   started.
   */
  encode(path: ObjectKey, prepare: () => EncodeTask): Promise<EncodeResult>;
  /** Ends all threads; tasks under way fail with `CLOSED`. Idempotent. */
  close(): Promise<void>;
}

export function createCodecPool(options: CodecPoolOptions): CodecPool {
  const { workers, timeoutMs, workerFile = WORKER_FILE } = options;
  const decoding: Rules = {
    timeoutMs,
    failed: (path, cause) => corruptPart(path, `the decoder failed (${messageOf(cause)})`, cause),
  };
  const rules: Record<Verb, Rules> = {
    decode: decoding,
    decodeTogether: decoding,
    inspect: decoding,
    encode: { timeoutMs: undefined, failed: notEncoded },
  };
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

  async function run({ path, verb, prepare }: Call, signal: AbortSignal) {
    started ??= start();
    const pool = await started;
    signal.throwIfAborted();
    const { task, moved = [] } = prepare();
    try {
      return await pool.run(task, { signal, name: verb, transferList: [...moved] });
    } catch (cause) {
      signal.throwIfAborted();
      throw rules[verb].failed(path, cause);
    }
  }

  async function call(asked: Call) {
    if (isClosed) throw closed();
    const { path, verb, signal } = asked;
    const ending = new AbortController();
    calls.add(ending);
    const forget = [onAbort(signal, (reason) => ending.abort(readAborted(path, reason)))];
    try {
      forget.push(await gate.enter(ending.signal));
      const { timeoutMs } = rules[verb];
      if (timeoutMs !== undefined) {
        const deadline = AbortSignal.timeout(timeoutMs);
        forget.push(onAbort(deadline, () => ending.abort(deadlineExceeded(path, timeoutMs))));
      }
      return await run(asked, ending.signal);
    } finally {
      calls.delete(ending);
      for (const undo of forget) undo();
    }
  }

  return {
    decode: (path, task, signal) =>
      call({ path, verb: "decode", prepare: () => ({ task }), signal }),
    decodeTogether: (path, tasks, signal) =>
      call({ path, verb: "decodeTogether", prepare: () => ({ task: tasks }), signal }),
    inspect: (path, task, signal) =>
      call({ path, verb: "inspect", prepare: () => ({ task }), signal }),
    encode: (path, prepare) => call({ path, verb: "encode", prepare: () => moving(prepare()) }),
    async close() {
      isClosed = true;
      await stopAll(closed());
    },
  };
}

function moving(task: EncodeTask): Prepared {
  return { task, moved: task.streams.map(({ buffer }) => buffer) };
}

/** Calls `then` when `signal` is aborted, at once if it is; returns how to stop listening. */
function onAbort(signal: AbortSignal | undefined, then: (reason: unknown) => void): () => void {
  const listener = (): void => then(signal?.reason);
  if (signal?.aborted) listener();
  signal?.addEventListener("abort", listener);
  return () => signal?.removeEventListener("abort", listener);
}

function deadlineExceeded(path: ObjectKey, timeoutMs: number): IoError {
  return new IoError(
    "DEADLINE_EXCEEDED",
    `decoding ${path} did not end within ${timeoutMs} ms; retry, or allow more time`,
    { details: { key: path, timeoutMs } },
  );
}

function closed(): IoError {
  return new IoError("CLOSED", "the store was closed: parts can no longer be read or written");
}

function notStarted(file: string, cause: unknown): IoError {
  return new IoError(
    "IO",
    `no thread could be started from ${file}: it must be installed beside its package`,
    { details: { file }, cause },
  );
}
