/** A part that another program wrote into the directory of a table. */
import { defineTable, formatPartKey } from "@crv/core";
import { arrowSchema, BatchBuilder } from "@crv/core/arrow";
import { type SimulatedDisk, TrivialPartStore } from "@crv/storage-trait/testing";
import { LEFT, RUN_ID, rowsOf } from "./universe.js";

/** Not of numbers alone: its parts say themselves what they hold, as those of other programs do. */
export const NAMED = defineTable({
  name: "named_table",
  columns: { tick: "i64", value: "i64", name: "str?" },
  bucketSize: 10,
});
export const FOREIGN_PART = formatPartKey(NAMED.name, 0, "f".repeat(24), 0);

/** Another program wrote a part into the directory of a table. */
export async function placePart(disk: SimulatedDisk): Promise<void> {
  const store = disk.process("another program");
  const rows = new BatchBuilder(arrowSchema(NAMED));
  rows.append(rowsOf(LEFT, [1, 2]));
  const batches = [rows.finish()];
  const durability = "full";
  const request = {
    key: FOREIGN_PART,
    runId: RUN_ID,
    table: NAMED,
    bucket: 0,
    durability,
  } as const;
  await new TrivialPartStore(store).write({ ...request, batches });
  store.process.kill();
}
