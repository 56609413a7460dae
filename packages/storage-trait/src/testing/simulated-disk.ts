/**
 * A disk that holds the directory of one run, used by simulated processes.
 *
 * A crash of a process leaves all that it did. A loss of power leaves what was synced and any part
 * of the rest. Nothing here is random but for what `random` decides, so every state is replayable.
 */
import type { ObjectKey } from "@crv/core";
import { isStoredKey } from "../object-store.js";
import { everyChoice, firstChoice, lastChoice, randomChoice } from "./choices.js";
import { crashBefore, type FaultPlan } from "./fault-plan.js";
import { survivors } from "./power-loss.js";
import type { SeededRandom } from "./seeded-random.js";
import { SimulatedClock } from "./simulated-clock.js";
import { SimulatedProcess } from "./simulated-process.js";
import { SimulatedStore } from "./simulated-store.js";
import {
  filesBelow,
  lookupFile,
  makeDirectory,
  makeFile,
  type SimulatedDirectory,
  type SimulatedFile,
  setEntry,
  syncEntry,
} from "./simulated-tree.js";
import type { StorageCall } from "./storage-call.js";

export interface SimulatedDiskOptions {
  /** Gives objects their times. Default: a clock that stands still. */
  readonly clock?: SimulatedClock;
}

export interface ProcessOptions {
  /** Dies before this storage call. Not together with `plan`. */
  readonly crashAt?: number;
  readonly plan?: FaultPlan;
  /** Machine that the process runs on; from any other its liveness is unknown. Default "machine". */
  readonly machine?: string;
}

interface LateCreate {
  readonly key: ObjectKey;
  readonly content: Uint8Array;
}

const STATES_MAX = 4096;

export class SimulatedDisk {
  readonly clock: SimulatedClock;
  /** Comes before each storage call of any process, which waits for it. */
  onStep: ((call: StorageCall) => void | Promise<void>) | undefined;
  #root: SimulatedDirectory = makeDirectory();
  /** Counts the boots: after a loss of power nothing is known of the processes before it. */
  #boot = 1;
  readonly #trace: StorageCall[] = [];
  readonly #processes: SimulatedProcess[] = [];
  #late: LateCreate[] = [];

  constructor({ clock = new SimulatedClock() }: SimulatedDiskOptions = {}) {
    this.clock = clock;
  }

  /** Starts a process. It finds what others left, and knows nothing of it. */
  process(name: string, options: ProcessOptions = {}): SimulatedStore {
    const { crashAt, plan = crashAt === undefined ? [] : crashBefore(crashAt) } = options;
    const pid = this.#processes.length + 1;
    const process = new SimulatedProcess({
      name,
      plan,
      identity: {
        bootId: `${options.machine ?? "machine"}-boot-${this.#boot}`,
        pidNamespace: "simulated",
        pid,
        startedAt: String(pid),
      },
      before: (call) => this.onStep?.(call),
      record: (call) => void this.#trace.push(call),
    });
    this.#processes.push(process);
    return new SimulatedStore({
      process,
      root: this.#root,
      now: () => this.clock.now(),
      deferCreate: (key, content) => void this.#late.push({ key, content }),
    });
  }

  /** Every process that was started since the last loss of power. */
  get processes(): readonly SimulatedProcess[] {
    return this.#processes;
  }

  /** Storage calls in the order of their effects. */
  get trace(): readonly StorageCall[] {
    return this.#trace;
  }

  /** Keys of creates that were not answered and may still land, in order of request. */
  get late(): readonly ObjectKey[] {
    return this.#late.map(({ key }) => key);
  }

  /** Lets late creates arrive. @returns keys of those that landed, because nothing was there. */
  deliverLate(which: (key: ObjectKey) => boolean = () => true): readonly ObjectKey[] {
    const arriving = this.#late.filter(({ key }) => which(key));
    this.#late = this.#late.filter(({ key }) => !which(key));
    const landed = arriving.filter(({ key, content }) => {
      if (lookupFile(this.#root, key) !== undefined) return false;
      setEntry(this.#root, key, { ...makeFile(content, this.clock.now()), synced: true });
      return true;
    });
    return landed.map(({ key }) => key);
  }

  /** Loses what late creates there are. */
  dropLate(): void {
    this.#late = [];
  }

  /** The disk after the power came back, one of its possible states. This one stays as it is. */
  powerLoss(random: SeededRandom): SimulatedDisk {
    return this.#reboot(survivors(this.#root, randomChoice(random)));
  }

  /**
   * All states that a loss of power can leave; the one that keeps nothing unsynced comes first.
   * Where there are more than `max`, the two extremes and `max - 2` random ones.
   *
   * @throws RangeError when there are more than `max` (default 4096) and no `random` was given.
   */
  *powerLossStates({
    max = STATES_MAX,
    random,
  }: {
    readonly max?: number;
    readonly random?: SeededRandom;
  } = {}): Generator<SimulatedDisk> {
    const states = everyChoice((choose) => survivors(this.#root, choose));
    if (this.hasMoreStatesThan(max)) {
      if (random === undefined) throw new RangeError(`more than ${max} states: pass random`);
      yield this.#reboot(survivors(this.#root, firstChoice));
      for (let i = 2; i < max; i++) yield this.powerLoss(random);
      yield this.#reboot(survivors(this.#root, lastChoice));
      return;
    }
    for (const state of states) yield this.#reboot(state);
  }

  /** Whether a loss of power can leave more than `max` states. */
  hasMoreStatesThan(max: number): boolean {
    let count = 0;
    for (const _ of everyChoice((choose) => survivors(this.#root, choose))) {
      if (++count > max) return true;
    }
    return false;
  }

  /** What processes see: every object with its bytes, in byte order of key. Temporaries are left out. */
  objects(): ReadonlyMap<ObjectKey, Uint8Array> {
    const found = [...this.#files()].filter(([path]) => isStoredKey(path));
    return new Map(found.map(([path, file]) => [path as ObjectKey, file.content.slice()] as const));
  }

  /** The bytes that processes see under `key`; undefined when nothing is there. */
  read(key: ObjectKey): Uint8Array | undefined {
    return lookupFile(this.#root, key)?.content.slice();
  }

  /** Writes under way or abandoned. */
  temporaries(): readonly string[] {
    return [...this.#files()].map(([path]) => path).filter((path) => !isStoredKey(path));
  }

  /** Damages an object behind everyone's back, durably; undefined removes it. Requires: it exists. */
  tamper(key: ObjectKey, change: (content: Uint8Array) => Uint8Array | undefined): void {
    const file = lookupFile(this.#root, key);
    if (file === undefined) throw new RangeError(`nothing is stored under ${key}`);
    const content = change(file.content.slice());
    setEntry(this.#root, key, content && { ...file, content, synced: true });
    syncEntry(this.#root, key);
  }

  #files(): [string, SimulatedFile][] {
    return [...filesBelow(this.#root)].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  #reboot(root: SimulatedDirectory): SimulatedDisk {
    const disk = new SimulatedDisk({ clock: this.clock });
    disk.#root = root;
    disk.#boot = this.#boot + 1;
    return disk;
  }
}
