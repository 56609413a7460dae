/** The roots of a run: reader leases, and operations under way. */
import {
  formatPartPrefix,
  type ObjectKey,
  parseKeyFilterKey,
  parseMemberKey,
  parsePartKey,
  type Version,
} from "@crv/core";
import { NO_REFS } from "@crv/manifest";
import { listLeases, listOperations } from "@crv/recovery";
import { branchReader } from "../branches/branch-store.js";
import type { EngineContext } from "../engine-context.js";
import type { RootProvider } from "./root-provider.js";

const PREFIX_DIGITS = 24;

/** In every one of them a file is kept that any needs. */
export function rootsOf(context: EngineContext): readonly RootProvider[] {
  return [leases(context), operations(context)];
}

function leases({ store, liveness, clock }: EngineContext): RootProvider {
  return {
    kind: "lease",
    async oldestVersion() {
      let oldest: Version | undefined;
      for (const { lease, isOver } of await listLeases(store, liveness, clock)) {
        // Which version a torn one means is not known: it might be any.
        if (!isOver) oldest = Math.min(oldest ?? Number.POSITIVE_INFINITY, lease?.version ?? 1);
      }
      return oldest;
    },
    protector: async () => () => false,
  };
}

/** Parts and members of an operation that has a sidecar, whatever becomes of it, in main or in a branch. */
function operations({ main }: EngineContext): RootProvider {
  return {
    kind: "operation",
    oldestVersion: async () => undefined,
    async protector() {
      const prefixes = new Set<string>();
      const { branches } = (await main.log.refresh()).refs ?? NO_REFS;
      for (const id of [undefined, ...[...branches.values()].map((branch) => branch.id)]) {
        const store = id === undefined ? main.store : branchReader(main.store, id);
        for (const operation of await listOperations(store)) {
          prefixes.add(formatPartPrefix(operation, id));
        }
      }
      return (key: ObjectKey) => {
        const id = (parsePartKey(key) ?? parseKeyFilterKey(key))?.id ?? parseMemberKey(key);
        return id !== undefined && prefixes.has(id.slice(0, PREFIX_DIGITS));
      };
    },
  };
}
