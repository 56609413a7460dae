/** All rows, and one column of them, as Arrow batches; warm. */
import { timeScans } from "../../time-scans.mjs";
import { openSealedStorage } from "./sealed-storage.mjs";

/** @param {{ folder: string, scans: number, verify: boolean, workers: number }} input */
export async function measure({ folder, scans, verify, workers }) {
  const storage = await openSealedStorage(folder, workers);
  const snapshot = await storage.snapshot();
  const scan = async (/** @type {readonly string[] | undefined} */ columns) => {
    const request = { table: "edges", verify, ...(columns && { columns }) };
    let rows = 0;
    for await (const batch of storage.scan(snapshot, /** @type {any} */ (request))) {
      rows += batch.numRows;
    }
    return rows;
  };
  const measured = await timeScans(scans, scan);
  await storage.close();
  return measured;
}
