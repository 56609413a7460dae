/** Which simulated processes live, as one of them can know it. */
import type { Liveness, ProcessIdentity } from "../liveness.js";
import type { SimulatedDisk } from "./simulated-disk.js";
import type { SimulatedStore } from "./simulated-store.js";

/** @param self The process that asks. Others of its machine and boot are known, all else is not. */
export function simulatedLiveness(disk: SimulatedDisk, self: SimulatedStore): Liveness {
  const { identity } = self.process;
  return {
    self: async () => identity,
    async probe(owner: ProcessIdentity) {
      if (owner.bootId !== identity.bootId) return "unknown";
      if (owner.pidNamespace !== identity.pidNamespace) return "unknown";
      const found = disk.processes.find(
        ({ identity: { bootId, pid, startedAt } }) =>
          bootId === owner.bootId && pid === owner.pid && startedAt === owner.startedAt,
      );
      return found === undefined || found.crashed ? "dead" : "alive";
    },
  };
}
