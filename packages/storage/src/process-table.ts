/**
 * What this machine knows of its processes, from the files of Linux.
 *
 * Other systems have no file that tells their boot or when a process began. There the boot is the
 * name of the host and the start is empty, and nobody is ever called dead: leases decide.
 */
import { readFile, readlink } from "node:fs/promises";
import { hostname } from "node:os";

export interface ProcessTable {
  /** Undefined when the system does not tell. */
  bootId(): Promise<string | undefined>;
  pidNamespace(): Promise<string | undefined>;
  /** Whether a process has this pid, whoever owns it. */
  hasProcess(pid: number): boolean;
  /** Undefined when the system does not tell. */
  stateOf(pid: number): Promise<ProcessState | undefined>;
}

export interface ProcessState {
  /** In clock ticks since the boot. */
  readonly startedAt: string;
  /** It ended, and only its entry waits for its parent. */
  readonly isZombie: boolean;
}

export const systemProcessTable: ProcessTable = {
  bootId: () =>
    whatIsTold(async () => (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim()),
  pidNamespace: () => whatIsTold(() => readlink("/proc/self/ns/pid")),
  hasProcess(pid) {
    try {
      process.kill(pid, 0);
      return true;
    } catch (error) {
      // EPERM: it is there and another user's.
      return !(error instanceof Error && "code" in error && error.code === "ESRCH");
    }
  },
  stateOf: (pid) =>
    whatIsTold(async () => parseProcStat(await readFile(`/proc/${pid}/stat`, "utf8"))),
};

/** Name under which processes of this machine know it, where its boots have no id. */
export function hostBootId(): string {
  return `host:${hostname()}`;
}

/**
 * `pid (comm) state ppid … starttime …`: the state is field 3, the start field 22. The name in
 * parentheses may hold anything, also spaces and parentheses, so fields are counted from its end.
 *
 * @returns undefined when `text` is not of that form.
 */
export function parseProcStat(text: string): ProcessState | undefined {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, startedAt] = [fields[0], fields[19]];
  if (state === undefined || startedAt === undefined || !/^\d+$/.test(startedAt)) return undefined;
  return { startedAt, isZombie: state === "Z" || state === "X" };
}

async function whatIsTold<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch {
    return undefined;
  }
}
