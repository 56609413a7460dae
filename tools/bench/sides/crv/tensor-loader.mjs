/** Mini-batches of all rows of a run, in order and shuffled. The first pass fills the page cache. */
import { openRun, TensorLoader } from "crv";
import { peakMemory, timed } from "../../stopwatch.mjs";
import { RUN_ID } from "./bench-run.mjs";

/** @param {{ folder: string, bufferMb: number }} input */
export async function measure({ folder, bufferMb }) {
  const run = await openRun({ root: folder, runId: RUN_ID, mode: "readOnly" });
  const matrix = await run.tensors.matrix("layer");
  const options = { batchSize: 256, bufferBytes: bufferMb * 1024 * 1024 };
  let bytes = 0;
  const pass = async (/** @type {import("crv").LoaderOptions} */ more = {}) => {
    bytes = 0;
    for await (const { tensor } of new TensorLoader(matrix, { ...options, ...more })) {
      bytes += tensor.data.byteLength;
    }
  };
  await pass();
  const loadMs = await timed(() => pass());
  const memory = peakMemory();
  const shuffledMs = await timed(() => pass({ shuffle: { seed: 1 } }));
  await matrix.close();
  await run.close();
  return {
    figures: { load: bytes / loadMs / 1e6, shuffled: bytes / shuffledMs / 1e6, memory },
    facts: { bytes },
  };
}
