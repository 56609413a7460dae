/** Writers that died at a known moment: what a recovery starts from. */
import { SimulatedCrash, type SimulatedDisk } from "@crv/storage-trait/testing";
import { windowOf } from "./storage-window.js";
import { type OpenedProcess, openProcess } from "./universe.js";

/** Runs `write` in a process of its own, which dies before its first call that is a `window`. */
export async function crashAtWindow(
  disk: SimulatedDisk,
  window: string,
  write: (opened: OpenedProcess) => Promise<void>,
): Promise<void> {
  const opened = await openProcess(disk, "dead writer");
  disk.onStep = (call) => {
    if (call.process === "dead writer" && windowOf(call) === window) opened.store.process.kill();
  };
  try {
    await write(opened);
    throw new RangeError(`the writer makes no call that is "${window}"`);
  } catch (error) {
    if (!(error instanceof SimulatedCrash)) throw error;
  } finally {
    disk.onStep = undefined;
  }
}
