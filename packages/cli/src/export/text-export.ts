/** Rows as text: CSV or NDJSON, gzip when the name says so. */
import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";

export async function exportText(
  path: string,
  text: AsyncIterable<string>,
  { isGzip, signal }: { readonly isGzip: boolean; readonly signal: AbortSignal },
): Promise<void> {
  const file = createWriteStream(path);
  const source = Readable.from(text);
  if (isGzip) await pipeline(source, createGzip(), file, { signal });
  else await pipeline(source, file, { signal });
}
