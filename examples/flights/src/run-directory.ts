/** Which run a start of the job writes. Earlier runs stay unless their removal is asked for. */
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";

const NAME = /^flights-2001(?:-(\d+))?$/;

export interface RunPlace {
  readonly runId: string;
  readonly directory: string;
  /** Runs of earlier starts that were removed. */
  readonly removed: readonly string[];
}

/** `flights-2001`, or the first of `flights-2001-2`, `-3` … that does not exist yet. */
export async function chooseRun(root: string, { fresh }: { fresh: boolean }): Promise<RunPlace> {
  const runs = join(root, "runs");
  const earlier = (await readNames(runs)).filter((name) => NAME.test(name));
  if (fresh) {
    for (const name of earlier) await rm(join(runs, name), { recursive: true });
  }
  const numbers = fresh ? [] : earlier.map((name) => Number(NAME.exec(name)?.[1] ?? 1));
  const number = Math.max(0, ...numbers) + 1;
  const runId = number === 1 ? "flights-2001" : `flights-2001-${number}`;
  return { runId, directory: join(runs, runId), removed: fresh ? earlier : [] };
}

async function readNames(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}
