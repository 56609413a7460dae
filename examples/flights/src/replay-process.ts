/** The replay in a process of its own: both sides of the pipe between parent and child. */
import { fork } from "node:child_process";
import { type ReplayOptions, type ReplayProgress, replay } from "./replay.js";

/** First argument of a child; the second is its `ReplayOptions` as JSON. */
export const REPLAY_ROLE = "replay-child";

export interface ReplayEnd {
  /** Whether the process was killed by a signal. */
  readonly killed: boolean;
  /** The last report; undefined when it committed nothing. */
  readonly progress: ReplayProgress | undefined;
}

/**
 * Runs the replay in a child.
 *
 * @param program The file to start: it must call `serveReplay` in this role.
 * @throws Error when the child failed by itself; it has said why on stderr.
 */
export function runReplay(
  program: string,
  options: ReplayOptions,
  onProgress: (progress: ReplayProgress) => void,
): Promise<ReplayEnd> {
  return new Promise((resolve, reject) => {
    const child = fork(program, [REPLAY_ROLE, JSON.stringify(options)]);
    let progress: ReplayProgress | undefined;
    child.on("message", (message) => {
      progress = message as ReplayProgress;
      onProgress(progress);
    });
    child.on("error", reject);
    // "close" comes after the last message, "exit" may come before it.
    child.on("close", (code, signal) => {
      if (code === 0 || signal === "SIGKILL") resolve({ killed: code !== 0, progress });
      else reject(new Error(`the replay ended with ${signal ?? `exit code ${code}`}`));
    });
  });
}

/** The child's side. */
export async function serveReplay(payload: string): Promise<void> {
  await replay(JSON.parse(payload) as ReplayOptions, (progress) => void process.send?.(progress));
  process.disconnect?.();
}
