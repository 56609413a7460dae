import { createHash52, sealOf } from "@crv/core";

/** Digests are compiled at their first use, which takes time that no schedule decides. */
export async function compileDigests(): Promise<void> {
  await sealOf(new Uint8Array());
  await createHash52();
}
