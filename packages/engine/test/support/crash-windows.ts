/**
 * Crash windows: a writer that dies before each of its storage calls in turn, every disk that it can
 * leave, and a recovery of each that may die as well.
 *
 * A disk that was recovered once, with the same told to its writer, is not recovered again: the same
 * bytes give the same recovery.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { LEASE_MS } from "@crv/recovery";
import { SimulatedCrash, type SimulatedDisk, seededRandom } from "@crv/storage-trait/testing";
import { type Contents, checkRun } from "./check-run.js";
import { windowOf } from "./storage-window.js";
import { openProcess } from "./universe.js";
import { type ToldWriter, WRITER, type Writer } from "./writers.js";

/** The process died, or the power went: then also the states of the disk that are tried. */
export type Aftermath =
  | { readonly kind: "process" }
  | { readonly kind: "power"; readonly statesMax: number };

export interface WindowReport {
  /** Crashes of the writer. */
  windows: number;
  /** Disks that were recovered and checked; those like an earlier one are not. */
  disks: number;
  /** Crashes of recoveries. */
  recoveryWindows: number;
  /** Kinds of storage calls before which the writer died; see `windowOf`. */
  readonly kinds: Set<string>;
}

/** A disk as a crash left it, and what the writer had been told. */
interface Wreck {
  readonly disk: SimulatedDisk;
  readonly told: ToldWriter;
  /** Of the call before which the writer died; undefined when it made fewer calls. */
  readonly window: string | undefined;
}

/** Crashes `writer` before every call, and recovers every disk that the aftermath may leave. */
export async function crashEveryCall(writer: Writer, aftermath: Aftermath): Promise<WindowReport> {
  const report = emptyReport();
  const seen = new Set<string>();
  for (let at = 1; ; at++) {
    const wreck = await crashWriter(writer, at);
    for (const found of disksAfter(wreck, aftermath, at)) {
      if (!isNew(seen, found)) continue;
      report.disks++;
      await explain(writer, at, wreck, () => checkWreck(writer, found, aftermath));
    }
    if (wreck.window === undefined) return report;
    report.windows++;
    report.kinds.add(wreck.window);
  }
}

/** As {@link crashEveryCall}, and crashes the recovery before every call of its own too. */
export async function crashEveryRecovery(
  writer: Writer,
  aftermath: Aftermath,
): Promise<WindowReport> {
  const report = emptyReport();
  const seen = new Set<string>();
  for (let at = 1; ; at++) {
    const { window } = await crashRecoveries(writer, at, aftermath, seen, report);
    if (window === undefined) return report;
    report.windows++;
    report.kinds.add(window);
  }
}

async function crashRecoveries(
  writer: Writer,
  at: number,
  aftermath: Aftermath,
  seen: Set<string>,
  report: WindowReport,
): Promise<Wreck> {
  const first = await crashWriter(writer, at);
  const states = [...disksAfter(first, aftermath, at)].map((found) => isNew(seen, found));
  for (const [state, isWanted] of states.entries()) {
    if (!isWanted) continue;
    const after = new Set<string>();
    for (let second = 1; ; second++) {
      // Made anew, since the recovery before changed it.
      const wreck = await crashWriter(writer, at);
      const found = [...disksAfter(wreck, aftermath, at)][state] as Wreck;
      const finished = await crashRecovery(writer, found.disk, second);
      if (isNew(after, found)) {
        report.disks++;
        await explain(writer, at, wreck, () => checkWreck(writer, found, aftermath), second);
      }
      if (finished) break;
      report.recoveryWindows++;
    }
  }
  return first;
}

/** Runs the writer on a new disk with a crash before call `at`. */
async function crashWriter(writer: Writer, at: number): Promise<Wreck> {
  const prepared = await writer.prepare();
  const { disk } = prepared;
  const told: ToldWriter = { committed: [], notCommitted: [] };
  let calls = 0;
  let window: string | undefined;
  disk.onStep = (call) => {
    if (call.process !== WRITER) return;
    const found = windowOf(call);
    if (calls === 0 && writer.from !== undefined && found !== writer.from) return;
    if (++calls !== at) return;
    window = found;
    killAll(disk);
  };
  try {
    await writer.run(prepared, told);
  } catch (error) {
    if (!(error instanceof SimulatedCrash)) throw error;
  }
  disk.onStep = undefined;
  killAll(disk);
  return { disk, told, window };
}

function killAll(disk: SimulatedDisk): void {
  for (const process of disk.processes) process.kill();
}

/** Every disk that may be found after the crash. */
function* disksAfter(wreck: Wreck, aftermath: Aftermath, seed: number): Generator<Wreck> {
  if (aftermath.kind === "process") {
    yield wreck;
    return;
  }
  const { disk } = wreck;
  // Whose machine went down cannot be told from another one: its leases must run out.
  disk.clock.advance(LEASE_MS);
  const random = seededRandom(seed);
  let states = 0;
  for (const state of disk.powerLossStates({ max: aftermath.statesMax, random })) {
    if (++states > aftermath.statesMax) return;
    yield { ...wreck, disk: state };
  }
}

/** Opens the run with a crash before call `at`; true when it opened before that. */
async function crashRecovery(
  { recover = openProcess }: Writer,
  disk: SimulatedDisk,
  at: number,
): Promise<boolean> {
  try {
    const { store } = await recover(disk, "recoverer that dies", { crashAt: at });
    store.process.kill();
    return true;
  } catch (error) {
    if (error instanceof SimulatedCrash) return false;
    throw error;
  }
}

async function checkWreck(
  writer: Writer,
  { disk, told }: Wreck,
  { kind }: Aftermath,
): Promise<void> {
  writer.afterCrash?.(disk);
  await writer.recover?.(disk, "first recoverer", {});
  // After a loss of power the sidecar may be gone, and then nobody has anything to do.
  const audited = kind === "process" && writer.audited !== undefined ? [writer.audited] : [];
  const { contents } = await checkRun(
    disk,
    { ...told, audited },
    { leftovers: kind === "power" || writer.leftovers === true },
  );
  checkContents(writer, contents);
}

/** I2: what is there is one of the states that the writer may leave, in all tables at once. */
function checkContents({ contents: allowed }: Writer, found: Contents): void {
  const texts = allowed.map((contents) => textOf(contents));
  assert.ok(texts.includes(textOf(found)), `I2: half of a commit is visible: ${textOf(found)}`);
}

function textOf(contents: Contents): string {
  return JSON.stringify(Object.entries(contents).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isNew(seen: Set<string>, { disk, told }: Wreck): boolean {
  const hash = createHash("sha1").update(JSON.stringify(told));
  for (const [key, bytes] of disk.objects()) hash.update(key).update(bytes);
  const digest = hash.digest("base64");
  return seen.size !== seen.add(digest).size;
}

async function explain(
  { name }: Writer,
  at: number,
  { window = "the end" }: Wreck,
  check: () => Promise<void>,
  second?: number,
): Promise<void> {
  try {
    await check();
  } catch (cause) {
    const again = second === undefined ? "" : `, recovery died before its call ${second}`;
    throw new Error(`${name}: died before call ${at} (${window})${again}`, { cause });
  }
}

function emptyReport(): WindowReport {
  return { windows: 0, disks: 0, recoveryWindows: 0, kinds: new Set() };
}
