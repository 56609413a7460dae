/** The bytes of a file, or of stdin, as they come; unpacked when they are gzip. */
import { createReadStream } from "node:fs";
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { CrvError } from "crv";

/** As a path: stdin. */
export const STDIN = "-";

/** @throws CrvError `NOT_FOUND`, or `INVALID_ARGUMENT` for damaged gzip. */
export async function* readBytes(path: string): AsyncGenerator<Uint8Array> {
  const chunks = readStored(path);
  const first = await chunks.next();
  if (first.done) return;
  const all = Readable.from(startingWith(first.value, chunks));
  if (!isGzip(first.value)) {
    yield* all;
    return;
  }
  const unpacked = createGunzip();
  // Errors of either come out of `unpacked`, which the pipeline destroys with them.
  pipeline(all, unpacked, () => {});
  try {
    yield* unpacked;
  } catch (cause) {
    if (cause instanceof CrvError) throw cause;
    throw new CrvError(
      "INVALID_ARGUMENT",
      `${JSON.stringify(path)} begins as gzip, but cannot be unpacked: ${reasonOf(cause)}; get a whole copy of it`,
      { cause },
    );
  }
}

async function* readStored(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* path === STDIN ? process.stdin : createReadStream(path);
  } catch (cause) {
    throw new CrvError("NOT_FOUND", `cannot read ${JSON.stringify(path)}: ${reasonOf(cause)}`, {
      cause,
    });
  }
}

async function* startingWith<Item>(first: Item, rest: AsyncIterable<Item>): AsyncGenerator<Item> {
  yield first;
  yield* rest;
}

function isGzip([first, second]: Uint8Array): boolean {
  return first === 0x1f && second === 0x8b;
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
