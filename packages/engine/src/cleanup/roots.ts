/** The roots of a run: reader leases, and operations under way. */
import {
  formatPartPrefix,
  type ObjectKey,
  parseKeyFilterKey,
  parsePartKey,
  type Version,
} from "@crv/core";
import { listLeases, listOperations } from "@crv/recovery";
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

/** Parts of an operation that has a sidecar, whatever becomes of it. */
function operations({ store }: EngineContext): RootProvider {
  return {
    kind: "operation",
    oldestVersion: async () => undefined,
    async protector() {
      const prefixes = new Set((await listOperations(store)).map(formatPartPrefix));
      return (key: ObjectKey) => {
        const name = parsePartKey(key) ?? parseKeyFilterKey(key);
        return name !== undefined && prefixes.has(name.id.slice(0, PREFIX_DIGITS));
      };
    },
  };
}
