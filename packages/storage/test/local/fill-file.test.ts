/**
 * Goal: what is large is hashed, written and synced side by side, and no error of a call that runs beside
 * is lost. Files here keep nothing, so that bodies may be large.
 */
import { createDigester } from "@crv/core";
import type { BodyPieces } from "@crv/storage-trait/object-store";
import { expect, test } from "vitest";
import type { OpenedFile } from "../../src/local/file-system.js";
import { fillFile } from "../../src/local/fill-file.js";

const MIB = 1024 * 1024;

/** A file whose calls are answered one by one, by hand or at once; counts what it is given. */
function openSink(answer: (call: "write" | "sync") => Promise<void> = async () => undefined) {
  const sink = { bytes: 0, syncs: 0, underWay: 0, writtenAtSync: [] as number[] };
  const run = async <T>(call: "write" | "sync", result: T): Promise<T> => {
    sink.underWay += 1;
    await answer(call).finally(() => {
      sink.underWay -= 1;
    });
    return result;
  };
  const file = {
    write: async (bytes: Uint8Array, offset: number) => {
      const written = await run("write", bytes.byteLength - offset);
      sink.bytes += written;
      return written;
    },
    sync: () => {
      sink.syncs += 1;
      sink.writtenAtSync.push(sink.bytes);
      return run("sync", undefined);
    },
  } as OpenedFile;
  return { file, sink };
}

function repeated(count: number, sizeBytes: number, isSteady: boolean): BodyPieces {
  const piece = new Uint8Array(sizeBytes).fill(7);
  return {
    isSteady,
    async *[Symbol.asyncIterator]() {
      for (let i = 0; i < count; i++) yield piece;
    },
  };
}

async function digestOfPieces(pieces: Iterable<Uint8Array>): Promise<string> {
  const digester = await createDigester();
  for (const piece of pieces) digester.update(piece);
  return digester.finish();
}

const later = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const eio = (): Error => Object.assign(new Error("EIO: made to fail"), { code: "EIO" });

test("the seal is that of all bytes, whatever pieces they come in", async () => {
  const whole = Uint8Array.from({ length: 5 * MIB + 3 }, (_, i) => (i * 31) >>> 3);
  const cuts = [0, 1, 1, 3 * MIB, 3 * MIB + 70_000, whole.byteLength];
  const pieces = cuts.slice(1).map((end, i) => whole.subarray(cuts[i], end));
  const expected = { sizeBytes: whole.byteLength, digest: await digestOfPieces([whole]) };
  for (const isSteady of [true, false]) {
    const { file, sink } = openSink(later);
    const body = {
      isSteady,
      async *[Symbol.asyncIterator]() {
        yield* pieces;
      },
    };
    expect(await fillFile(file, "f", body, true)).toEqual(expected);
    expect(sink.bytes).toBe(whole.byteLength);
  }
  const { file } = openSink(later);
  expect(await fillFile(file, "f", whole, true)).toEqual(expected);
});

test.each([
  [true, 1],
  [false, 0],
])(
  "the next piece of a body with isSteady %s is asked for with %s writes under way",
  async (isSteady, underWay) => {
    const { file, sink } = openSink(later);
    const seen: number[] = [];
    const body = {
      isSteady,
      async *[Symbol.asyncIterator]() {
        for (let i = 0; i < 3; i++) {
          seen.push(sink.underWay);
          yield new Uint8Array(MIB);
        }
      },
    };
    await fillFile(file, "f", body, false);
    expect(seen).toEqual([0, underWay, underWay]);
  },
);

test("a large file that is to be durable is synced as it is written", async () => {
  const { file, sink } = openSink();
  await fillFile(file, "f", repeated(50, 4 * MIB, true), true);
  expect(sink.writtenAtSync).toEqual([64 * MIB, 128 * MIB, 192 * MIB]);
});

test("a sync is waited for when much is written beside it, and none begins before it ends", async () => {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const { file, sink } = openSink(async (call) => (call === "sync" ? ended : undefined));
  const filled = fillFile(file, "f", repeated(100, 4 * MIB, true), true);
  while (sink.bytes < 320 * MIB) await later();
  for (let turn = 0; turn < 5; turn++) await later();
  expect(sink).toMatchObject({ bytes: 320 * MIB, writtenAtSync: [64 * MIB] });
  end();
  await filled;
  expect(sink).toMatchObject({ bytes: 400 * MIB, writtenAtSync: [64 * MIB, 320 * MIB, 384 * MIB] });
});

test.each([
  ["a small one is not", 1, true],
  ["one that need not be durable is not", 50, false],
])("%s", async (_, pieces, isSynced) => {
  const { file, sink } = openSink();
  await fillFile(file, "f", repeated(pieces, 4 * MIB, true), isSynced);
  expect(sink.syncs).toBe(0);
});

test("a sync beside that fails, fails the file, though the next would succeed", async () => {
  let failures = 1;
  const { file } = openSink(async (call) => {
    await later();
    if (call === "sync" && failures-- > 0) throw eio();
  });
  const filled = fillFile(file, "f", repeated(17, 4 * MIB, true), true);
  await expect(filled).rejects.toMatchObject({ code: "IO", details: { errno: "EIO" } });
});

test("a write that fails while the body is waited for is told then, once", async () => {
  const { file } = openSink(async () => {
    throw eio();
  });
  const body = {
    isSteady: true,
    async *[Symbol.asyncIterator]() {
      yield new Uint8Array(MIB);
      for (let turn = 0; turn < 3; turn++) await later();
      yield new Uint8Array(MIB);
    },
  };
  await expect(fillFile(file, "f", body, true)).rejects.toMatchObject({ code: "IO" });
});

test("nothing is under way when a body has failed", async () => {
  const { file, sink } = openSink(later);
  const body = {
    isSteady: true,
    async *[Symbol.asyncIterator]() {
      yield new Uint8Array(MIB);
      throw new Error("no more");
    },
  };
  await expect(fillFile(file, "f", body, true)).rejects.toThrow("no more");
  expect(sink.underWay).toBe(0);
});
