/** Whether the owner of a sidecar still runs, as far as this process can prove it. */
import type { Liveness, ProcessIdentity } from "@crv/storage-trait/liveness";
import { hostBootId, type ProcessTable, systemProcessTable } from "./process-table.js";

export interface ProcessLivenessOptions {
  /** Default: the processes of this machine. */
  readonly table?: ProcessTable;
  /** Default: this process. */
  readonly pid?: number;
}

/**
 * `dead` needs the same boot and pid namespace, and either no process of that pid, or one that began
 * at another time, or one that ended and waits for its parent. Where the system does not tell boots
 * apart the answer is `alive` or `unknown`, never `dead`.
 */
export function createProcessLiveness({
  table = systemProcessTable,
  pid = process.pid,
}: ProcessLivenessOptions = {}): Liveness {
  let known: Promise<ProcessIdentity> | undefined;
  const self = (): Promise<ProcessIdentity> => {
    known ??= identify(table, pid);
    return known;
  };
  return {
    self,
    async probe(owner) {
      const { bootId, pidNamespace, startedAt } = await self();
      if (owner.bootId !== bootId || owner.pidNamespace !== pidNamespace) return "unknown";
      // 0 and negative numbers mean groups of processes to the system.
      if (!Number.isSafeInteger(owner.pid) || owner.pid < 1) return "unknown";
      const canProve = startedAt !== "" && owner.startedAt !== "";
      if (!table.hasProcess(owner.pid)) return canProve ? "dead" : "unknown";
      const state = canProve ? await table.stateOf(owner.pid) : undefined;
      if (state === undefined) return "alive";
      return state.isZombie || state.startedAt !== owner.startedAt ? "dead" : "alive";
    },
  };
}

async function identify(table: ProcessTable, pid: number): Promise<ProcessIdentity> {
  const [bootId, pidNamespace, state] = await Promise.all([
    table.bootId(),
    table.pidNamespace(),
    table.stateOf(pid),
  ]);
  const isTold = bootId !== undefined && pidNamespace !== undefined && state !== undefined;
  return {
    bootId: bootId ?? hostBootId(),
    pidNamespace: pidNamespace ?? "",
    pid,
    startedAt: isTold ? state.startedAt : "",
  };
}
