/** The real run: one simulated disk, and two processes that hold it open. */

import type { Dataset } from "@crv/io";
import { LEASE_MS } from "@crv/recovery";
import { SimulatedClock, SimulatedDisk, seededRandom } from "@crv/storage-trait/testing";
import { type OpenedProcess, openProcess } from "../universe.js";
import { artifactDatasetOver } from "./artifact-transaction.js";

export interface Handle extends OpenedProcess {
  readonly name: string;
  readonly run: Dataset;
}

export type HandleIndex = 0 | 1;

export class RunUnderTest {
  disk: SimulatedDisk;
  readonly handles: [Handle, Handle];
  /** Parts and members that some record named once: those of trimmed records stay. */
  readonly named = new Set<string>();
  /** Version up to which the log was compared with the model. */
  comparedVersion = 0;
  /** A loss of power may take sidecars whose parts it leaves. */
  powerWasLost = false;
  #opened = 2;

  private constructor(disk: SimulatedDisk, handles: [Handle, Handle]) {
    this.disk = disk;
    this.handles = handles;
  }

  static async open(): Promise<RunUnderTest> {
    // Writers that lose races sleep: nothing else moves the clock here.
    const disk = new SimulatedDisk({ clock: new SimulatedClock({ autoAdvance: true }) });
    return new RunUnderTest(disk, [await openHandle(disk, 1), await openHandle(disk, 2)]);
  }

  /** Opens a handle anew, in another process: the one that it had is gone. */
  async reopen(index: HandleIndex): Promise<void> {
    this.handles[index].store.process.kill();
    this.handles[index] = await openHandle(this.disk, ++this.#opened);
  }

  /** The power goes: nothing unsynced is sure to be left. */
  async losePower(seed: number): Promise<void> {
    for (const { store } of this.handles) store.process.kill();
    this.disk = this.disk.powerLoss(seededRandom(seed));
    this.powerWasLost = true;
    // After a boot nothing is known of the processes before it: their leases must run out.
    this.disk.clock.advance(LEASE_MS);
    for (const index of [0, 1] as const) await this.reopen(index);
  }
}

async function openHandle(disk: SimulatedDisk, number: number): Promise<Handle> {
  const name = `process ${number}`;
  const opened = await openProcess(disk, name);
  return { ...opened, name, run: artifactDatasetOver(opened.storage) };
}
