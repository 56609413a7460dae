/** The root of a store on this machine. */
import { join } from "node:path";
import { IoError, RUNS_DIRECTORY, ulidSource } from "@crv/core";
import { listRunDirectories, openStoreRoot, type StoreRoot } from "@crv/storage";
import { systemClock } from "./system-clock.js";
import { systemRandom } from "./system-random.js";

/**
 * @param forWriting Then a store of an earlier format is led on to that of this release first.
 * @throws IoError `NOT_FOUND` when there is no store and `create` is not set.
 */
export async function openRoot(
  root: string,
  create: boolean,
  forWriting = create,
): Promise<StoreRoot> {
  try {
    return await openStoreRoot({
      root,
      create,
      migrate: forWriting,
      random: systemRandom,
      clock: systemClock,
      newId: ulidSource(systemClock, systemRandom),
    });
  } catch (error) {
    const isAbsent = error instanceof IoError && error.code === "NOT_FOUND";
    if (!isAbsent || (await listUnmarkedRuns(root)).length === 0) throw error;
    throw new IoError(
      "NOT_FOUND",
      `there is no crv store in ${root}, but runs of another program: "crv runs" lists them, "crv show" and "crv scan" read them, and "crv adopt" makes one a run of crv`,
      { details: { path: root }, cause: error },
    );
  }
}

/** Runs below a root that has no marker of a store, as the Python original leaves them; in byte order. */
export function listUnmarkedRuns(root: string): ReturnType<typeof listRunDirectories> {
  return listRunDirectories(join(root, RUNS_DIRECTORY));
}
