/** A run whose batches hold one layer each, for readers. */
import { openRun } from "crv";
import { RUN_ID } from "./bench-run.mjs";

/** @param {{ folder: string, tensors: number, rows: number, columns: number }} input */
export async function measure({ folder, tensors, rows, columns }) {
  const run = await openRun({ root: folder, runId: RUN_ID });
  for (let i = 0; i < tensors; i++) {
    const data = new Float32Array(rows * columns).fill(i);
    const activations = { dtype: /** @type {const} */ ("F32"), shape: [rows, columns], data };
    await run.tensors.putBatch(i, { layer: { activations } });
  }
  await run.close();
  return { figures: {}, facts: { batches: tensors } };
}
