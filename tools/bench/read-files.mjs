/** Reading all files of a folder, as a plain program does. */
import { readdirSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";

const READ_BYTES = 1024 * 1024;

/**
 * Every file below `folder`, whole, one after another; nothing is kept. One of several names is read once:
 * what a run shows of its tensors are links.
 *
 * @param {string} folder
 * @returns {Promise<number>} bytes
 */
export async function readFiles(folder) {
  const buffer = new Uint8Array(READ_BYTES);
  /** @type {Set<number>} */
  const linked = new Set();
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const file = await open(join(entry.parentPath, entry.name));
    const { ino, nlink } = await file.stat();
    for (let isLeft = !linked.has(ino); isLeft; ) {
      const { bytesRead } = await file.read(buffer);
      bytes += bytesRead;
      isLeft = bytesRead > 0;
    }
    if (nlink > 1) linked.add(ino);
    await file.close();
  }
  return bytes;
}
