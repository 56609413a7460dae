/** The same bytes as one file: written and synced, and read back. Nothing is checked. */
import { open } from "node:fs/promises";
import { join } from "node:path";
import { timed } from "../../stopwatch.mjs";

const READ_BYTES = 8 * 1024 * 1024;

/** @param {{ folder: string, tensors: number, rows: number, columns: number }} input */
export async function measure({ folder, tensors, rows, columns }) {
  const path = join(folder, "plain");
  const pieces = Array.from(
    { length: tensors },
    (_, i) => new Uint8Array(new Float32Array(rows * columns).fill(i).buffer),
  );
  const bytes = tensors * rows * columns * 4;
  const writeMs = await timed(async () => {
    const file = await open(path, "wx");
    for (const piece of pieces) await file.write(piece);
    await file.sync();
    await file.close();
  });
  let found = 0;
  const readMs = await timed(async () => {
    const file = await open(path, "r");
    for (let i = 0; i < tensors; i++) {
      const tensor = new Uint8Array(rows * columns * 4);
      for (let at = 0; at < tensor.byteLength; at += READ_BYTES) {
        const length = Math.min(READ_BYTES, tensor.byteLength - at);
        const { bytesRead } = await file.read(tensor, at, length, found);
        found += bytesRead;
      }
    }
    await file.close();
  });
  return {
    figures: { write: bytes / writeMs / 1e6, read: bytes / readMs / 1e6 },
    facts: { bytes: found },
  };
}
