/** The root of a store on this machine. */
import { ulidSource } from "@crv/core";
import { openStoreRoot, type StoreRoot } from "@crv/storage";
import { systemClock } from "./system-clock.js";
import { systemRandom } from "./system-random.js";

export function openRoot(root: string, create: boolean): Promise<StoreRoot> {
  return openStoreRoot({
    root,
    create,
    random: systemRandom,
    clock: systemClock,
    newId: ulidSource(systemClock, systemRandom),
  });
}
