/** A batch of large tensors: written durably, and read back with its digests checked. */
import { openRun } from "crv";
import { timed } from "../../stopwatch.mjs";
import { RUN_ID } from "./bench-run.mjs";

/** @param {{ folder: string, tensors: number, rows: number, columns: number }} input */
export async function measure({ folder, tensors, rows, columns }) {
  const batch = Object.fromEntries(
    Array.from({ length: tensors }, (_, i) => [
      `tensor_${i}`,
      {
        dtype: /** @type {const} */ ("F32"),
        shape: [rows, columns],
        data: new Float32Array(rows * columns).fill(i),
      },
    ]),
  );
  const bytes = tensors * rows * columns * 4;
  const run = await openRun({ root: folder, runId: RUN_ID });
  const writeMs = await timed(() => run.tensors.putBatch(0, batch));
  let found = 0;
  const readMs = await timed(async () => {
    const read = await run.tensors.getBatch(0);
    for (const tensor of Object.values(read)) {
      if ("data" in tensor) found += /** @type {Float32Array} */ (tensor.data).byteLength;
    }
  });
  await run.close();
  return {
    figures: { write: bytes / writeMs / 1e6, read: bytes / readMs / 1e6 },
    facts: { bytes: found },
  };
}
