/** The owner of a sidecar or session, as it is on disk. Source: docs/format/sidecar.md. */
import { countShape } from "@crv/manifest";
import type { ProcessIdentity } from "@crv/storage-trait/liveness";
import { z } from "zod";

export const ownerShape: z.ZodType<ProcessIdentity> = z
  .object({
    boot_id: z.string(),
    pid_namespace: z.string(),
    pid: countShape,
    started_at: z.string(),
  })
  .transform((o) => ({
    bootId: o.boot_id,
    pidNamespace: o.pid_namespace,
    pid: o.pid,
    startedAt: o.started_at,
  }));

export function writeOwner(owner: ProcessIdentity): object {
  return {
    boot_id: owner.bootId,
    pid_namespace: owner.pidNamespace,
    pid: owner.pid,
    started_at: owner.startedAt,
  };
}
