/** Which revision of a program's sources runs, where they are kept in git. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** `git status` of a large work tree takes seconds; a lock that hangs must not hang the bundle. */
const GIT_TIMEOUT_MS = 20_000;

export interface GitState {
  /** 40 hex digits; null where there is no git, no work tree or no commit. */
  readonly sha: string | null;
  /** Whether files differ from that revision; null when unknown. */
  readonly dirty: boolean | null;
  /** Directory that was asked. */
  readonly directory: string;
}

/** Looks at the work tree that holds `directory`. Never fails: what is unknown is null. */
export async function systemGit(directory: string): Promise<GitState> {
  const [sha, status] = await Promise.all([
    git(directory, ["rev-parse", "HEAD"]),
    git(directory, ["status", "--porcelain"]),
  ]);
  return { sha, dirty: sha === null || status === null ? null : status !== "", directory };
}

async function git(cwd: string, args: readonly string[]): Promise<string | null> {
  try {
    const { stdout } = await run("git", args, { cwd, timeout: GIT_TIMEOUT_MS });
    return stdout.trim();
  } catch {
    return null;
  }
}
