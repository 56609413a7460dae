/** Where this repository is, and how its scripts start other programs. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root folder, absolute. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * Folders of the workspace that have a package.json, relative to the root, `packages/core` first;
 * the same set as in pnpm-workspace.yaml.
 * @param {string} [base]
 */
export function workspaceFolders(base = root) {
  const children = ["packages", "examples"].flatMap((parent) =>
    readdirSync(join(base, parent)).map((name) => `${parent}/${name}`),
  );
  return [...children, "tools", "tools/check-packages"].filter((folder) =>
    existsSync(join(base, folder, "package.json")),
  );
}

/** Environment for child processes: our own programs first on the path, and a quiet turbo. */
export const environment = {
  ...process.env,
  PATH: `${join(root, "node_modules", ".bin")}${delimiter}${process.env.PATH ?? ""}`,
  TURBO_TELEMETRY_DISABLED: "1",
  TURBO_NO_UPDATE_NOTIFIER: "1",
};

/**
 * Runs a program in the root to its end; its output is ours.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ stdout?: "inherit" | "stderr" }} [options]
 * @returns {number} exit code; a program killed by a signal or not found counts as 1
 */
export function run(command, args, { stdout = "inherit" } = {}) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    env: environment,
    stdio: ["inherit", stdout === "stderr" ? 2 : "inherit", "inherit"],
  });
  if (error !== undefined) console.error(`${command}: ${error.message}`);
  return status ?? 1;
}

/**
 * Runs a program in the root and collects what it says.
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {Promise<{ code: number, output: string }>}
 */
export function collect(command, args) {
  return new Promise((resolve) => {
    let output = "";
    const child = spawn(command, args, {
      cwd: root,
      env: { ...environment, NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        output += text;
      });
    }
    child.on("error", (error) => resolve({ code: 1, output: `${command}: ${error.message}` }));
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}
