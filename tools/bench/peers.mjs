/** The peers: an install of their own, and which of them run here. */
import { execFile, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const HOME = fileURLToPath(new URL("peers", import.meta.url));
const MANIFEST = `${HOME}/package.json`;
const STAMP = `${HOME}/node_modules/.installed.json`;

/** @type {Readonly<Record<string, string>>} packages by side */
export const PEERS = {
  lancedb: "@lancedb/lancedb",
  duckdb: "@duckdb/node-api",
  polars: "nodejs-polars",
  sqlite: "better-sqlite3",
};

/** Installs what `peers/package.json` names, unless that was done. Failing is no error: see {@link missingPeers}. */
export function installPeers() {
  const wanted = readFileSync(MANIFEST, "utf8");
  if (existsSync(STAMP) && readFileSync(STAMP, "utf8") === wanted) return;
  const args = ["install", "--no-audit", "--no-fund", "--no-package-lock"];
  const { status } = spawnSync("npm", args, { cwd: HOME, stdio: ["ignore", 2, 2] });
  if (status === 0) writeFileSync(STAMP, wanted);
}

/**
 * The sides among `sides` that do not run here, with the reason. Each is loaded in a process of its
 * own: a binary that does not fit may end it.
 *
 * @param {readonly string[]} sides
 * @returns {Promise<Readonly<Record<string, string>>>}
 */
export async function missingPeers(sides) {
  const asked = Object.entries(PEERS).filter(([side]) => sides.includes(side));
  const found = await Promise.all(asked.map(async ([side, name]) => [side, await refusal(name)]));
  return Object.fromEntries(found.filter(([, reason]) => reason !== undefined));
}

/** @param {string} name @returns {Promise<string | undefined>} why a package cannot be loaded */
function refusal(name) {
  const args = ["--input-type=module", "-e", `await import("${name}"); process.exit(0)`];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: HOME }, (error, _, stderr) => {
      if (error === null) resolve(undefined);
      else resolve(stderr.match(/^\w*Error.*$/m)?.[0] ?? "it cannot be loaded");
    });
  });
}
