/** Runs the built command as a user does. */
import { type SpawnOptions, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../dist/main.js", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `crv` to its end. */
export function runCrv(...args: readonly string[]): Promise<Ended> {
  return start(args, () => false);
}

/** Runs `crv … | head -1`: the pipe is closed once it has shown a line. */
export function runCrvToHead(...args: readonly string[]): Promise<Ended> {
  return start(args, (stdout) => stdout.includes("\n"));
}

/** Runs `crv` in a directory, with more in its environment. */
export function runCrvIn(
  cwd: string,
  environment: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<Ended> {
  return start(args, () => false, { cwd, env: { ...process.env, ...environment } });
}

function start(
  args: readonly string[],
  hasEnough: (stdout: string) => boolean,
  options: SpawnOptions = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program, ...args], {
      ...options,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (chunk) => {
      stdout += chunk;
      if (hasEnough(stdout)) child.stdout.destroy();
    });
    child.stderr.setEncoding("utf8").on("data", (chunk) => {
      stderr += chunk;
    });
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}
