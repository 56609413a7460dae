/**
 * Threads that decode and encode. Invariant: whatever a task does to its thread, it alone fails, with a
 * typed error, and every other task, before, beside or after it, is answered.
 */
import { type IoError, type ObjectKey, parseObjectKey } from "@crv/core";
import { afterEach, describe, expect, test } from "vitest";
import { type CodecPool, createCodecPool } from "../src/parquet/codec-pool.js";
import type { DecodeResult, DecodeTask } from "../src/parquet/decode-task.js";
import type { PartProperties } from "../src/parquet/part-properties.js";

const WORKER = new URL("./parquet-stand-in-worker.mjs", import.meta.url).href;
const PATH = parseObjectKey("tables/t/part-1");

describe("createCodecPool", () => {
  const pools: CodecPool[] = [];
  afterEach(async () => {
    for (const pool of pools.splice(0)) await pool.close();
  });

  function open(workers: number, timeoutMs = 60_000, workerFile = WORKER): CodecPool {
    const pool = createCodecPool({ workers, timeoutMs, workerFile });
    pools.push(pool);
    return pool;
  }

  const answered = { kind: "decoded", rows: 5 };

  test.each([
    ["fail", "the codec refused"],
    ["panic", "unreachable"],
    ["exit", "exited"],
  ])("calls a part corrupt whose decoding ends in %s, and goes on", async (act, reason) => {
    const pool = open(1);
    const error = await failure(run(pool, act));
    expect([error.code, error.details.key]).toEqual(["CORRUPT", PATH]);
    expect(error.message).toContain(PATH);
    expect(error.message).toContain(reason);
    expect(error.message).toContain("restore the file from a backup");
    expect(await run(pool, "answer")).toMatchObject(answered);
  });

  test.each(["hang", "spin"])("ends a task that does not end (%s), and goes on", async (act) => {
    const pool = open(1, 2500);
    expect((await failure(run(pool, act))).code).toBe("DEADLINE_EXCEEDED");
    expect(await run(pool, "answer")).toMatchObject(answered);
  });

  test("answers tasks that wait behind those that kill their threads", async () => {
    const pool = open(2);
    const acts = ["exit", "answer", "panic", "answer", "exit", "answer", "fail", "answer"];
    const results = await Promise.allSettled(acts.map((act) => run(pool, act)));
    expect(results.map(({ status }) => status)).toEqual(
      acts.map((act) => (act === "answer" ? "fulfilled" : "rejected")),
    );
  });

  test("does not count the time that a task waits for its thread", async () => {
    const pool = open(1, 2500);
    const hanging = [run(pool, "hang"), run(pool, "hang")].map(failure);
    const last = run(pool, "answer");
    expect((await Promise.all(hanging)).map(({ code }) => code)).toEqual([
      "DEADLINE_EXCEEDED",
      "DEADLINE_EXCEEDED",
    ]);
    expect(await last).toMatchObject(answered);
  });

  test("stops a task that is cancelled, at work or waiting", async () => {
    const pool = open(1);
    const stop = new AbortController();
    const hanging = failure(run(pool, "spin", stop.signal));
    const waiting = failure(run(pool, "answer", stop.signal));
    const other = run(pool, "answer");
    stop.abort(new Error("enough"));
    expect([(await hanging).code, (await waiting).code]).toEqual(["ABORTED", "ABORTED"]);
    expect((await waiting).cause).toEqual(new Error("enough"));
    expect(await other).toMatchObject(answered);
  });

  test("ends what is under way when it is closed", async () => {
    const pool = open(1);
    const tasks = [run(pool, "hang"), run(pool, "answer")].map(failure);
    await pool.close();
    expect((await Promise.all(tasks)).map(({ code }) => code)).toEqual(["CLOSED", "CLOSED"]);
    expect((await failure(run(pool, "answer"))).code).toBe("CLOSED");
  });

  test.each([
    ["fail", "the codec refused"],
    ["panic", "unreachable"],
    ["exit", "exited"],
  ])(
    "says that a part was not encoded whose encoding ends in %s, and goes on",
    async (act, reason) => {
      const pool = open(1);
      const error = await failure(encode(pool, act));
      expect([error.code, error.details.key]).toEqual(["WRITE_FAILED", PATH]);
      expect(error.message).toContain(PATH);
      expect(error.message).toContain(reason);
      expect(await run(pool, "answer")).toMatchObject(answered);
      expect(await encode(pool, "answer")).toEqual(Uint8Array.of(1, 2, 3));
    },
  );

  test("moves the rows to the thread and leaves none of them behind", async () => {
    const stream = Uint8Array.of(1, 2, 3);
    expect(await encode(open(1), "answer", stream)).toEqual(Uint8Array.of(1, 2, 3));
    expect(stream.byteLength).toBe(0);
  });

  test("ends what is encoded when it is closed", async () => {
    const pool = open(1);
    const tasks = [encode(pool, "hang"), encode(pool, "answer")].map(failure);
    await pool.close();
    expect((await Promise.all(tasks)).map(({ code }) => code)).toEqual(["CLOSED", "CLOSED"]);
  });

  test.each([
    ["decode", run],
    ["encode", encode],
  ])("says so at once when its worker is not there (%s)", async (_, start) => {
    const pool = open(1, 60_000, new URL("./not-there.mjs", import.meta.url).href);
    const error = await failure(start(pool, "answer"));
    expect(error.code).toBe("IO");
    expect(error.message).toContain("not-there.mjs");
  });
});

function run(pool: CodecPool, act: string, signal?: AbortSignal): Promise<DecodeResult> {
  const task: DecodeTask = {
    bytes: new Uint8Array(new SharedArrayBuffer(0)),
    rows: 5,
    columnsMax: 100,
    columns: [act],
    texts: new Set(),
    rowGroups: undefined,
    done: 0,
  };
  return pool.decode(PATH as ObjectKey, task, signal);
}

async function encode(
  pool: CodecPool,
  act: string,
  stream = Uint8Array.of(1, 2, 3),
): Promise<Uint8Array | undefined> {
  const properties: PartProperties = {
    compression: "zstd",
    rowGroupRows: 1,
    hasDictionaries: false,
    columns: [{ name: act, encoding: "plain" }],
    keyValues: [],
  };
  const { pieces } = await pool.encode(PATH, () => ({ streams: [stream], properties }));
  return pieces[0];
}

async function failure(result: Promise<unknown>): Promise<IoError> {
  const [settled] = await Promise.allSettled([result]);
  if (settled?.status !== "rejected") throw new Error("the task did not fail");
  return settled.reason as IoError;
}
