/** The root of a store on this machine. */
import { ulidSource } from "@crv/core";
import { openStoreRoot, type StoreRoot } from "@crv/storage";
import { systemClock } from "./system-clock.js";
import { systemRandom } from "./system-random.js";

/** @param forWriting Then a store of an earlier format is led on to that of this release first. */
export function openRoot(root: string, create: boolean, forWriting = create): Promise<StoreRoot> {
  return openStoreRoot({
    root,
    create,
    migrate: forWriting,
    random: systemRandom,
    clock: systemClock,
    newId: ulidSource(systemClock, systemRandom),
  });
}
