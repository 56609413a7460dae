/**
 * Installs the workspace's dependencies when something that decides them has changed since the last
 * time; otherwise does nothing, in milliseconds. Writes to stderr only.
 *
 * Needs only Node and npm: the first pnpm comes through npx, later ones from node_modules.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { root, run, workspaceFolders } from "./workspace.mjs";

const stampFile = join(root, "node_modules", ".cache", "setup.sha256");

/** @returns {boolean} whether everything is installed */
export function setup() {
  const wanted = fingerprint();
  if (isInstalled() && existsSync(stampFile) && readFileSync(stampFile, "utf8") === wanted)
    return true;
  if (install() !== 0) {
    console.error('If a package.json was changed on purpose: "npm run install:update".');
    return false;
  }
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, wanted);
  return true;
}

/** Digest of all that decides what is installed. */
function fingerprint() {
  const hash = createHash("sha256").update(
    `${process.platform} ${process.arch} ${process.version}`,
  );
  const manifests = ["", ...workspaceFolders()].map((folder) => join(folder, "package.json"));
  for (const file of ["pnpm-lock.yaml", "pnpm-workspace.yaml", ...manifests]) {
    hash.update(`\n${file}\n`).update(readFileSync(join(root, file)));
  }
  return hash.digest("hex");
}

/** Whether no node_modules folder was removed since the stamp was written. */
function isInstalled() {
  return workspaceFolders().every((folder) => {
    const { dependencies = {} } = JSON.parse(
      readFileSync(join(root, folder, "package.json"), "utf8"),
    );
    return Object.keys(dependencies).every((name) =>
      existsSync(join(root, folder, "node_modules", name)),
    );
  });
}

/** @returns {number} exit code */
function install() {
  const args = ["install", "--frozen-lockfile", "--reporter=append-only"];
  if (existsSync(join(root, "node_modules", ".bin", "pnpm"))) {
    return run("pnpm", args, { stdout: "stderr" });
  }
  const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return run("npx", ["--yes", packageManager, ...args], { stdout: "stderr" });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = setup() ? 0 : 1;
