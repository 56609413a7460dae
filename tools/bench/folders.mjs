/** Folders of the bench: fresh ones for trials, and fixtures, which are kept between runs. */
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../workspace.mjs";
import { runSide, scriptFile } from "./run-side.mjs";

/** Fixtures of full size, which take minutes. May be removed at any time. */
export const CACHE = join(tmpdir(), "crv-bench");

/** An empty folder, for one trial. */
export function freshFolder() {
  mkdirSync(CACHE, { recursive: true });
  return mkdtempSync(join(CACHE, "trial-"));
}

/** @param {string} folder */
export function removeFolder(folder) {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * The folder of a fixture; filled first, in a process of its own, when it is not there.
 *
 * @param {string} cache
 * @param {import("./benchmark.mjs").Fixture} fixture
 * @param {(text: string) => void} log
 */
export async function fixtureFolder(cache, { script, input }, log) {
  const key = createHash("sha256").update(JSON.stringify([script, input]));
  for (const file of [scriptFile(script), ...formatFiles()]) key.update(readFileSync(file));
  const home = join(cache, `${script.replace("/", "-")}-${key.digest("hex").slice(0, 16)}`);
  const data = join(home, "data");
  if (existsSync(home)) return data;
  log(`filling ${script} ${JSON.stringify(input)}`);
  const building = freshFolder();
  const folder = join(building, "data");
  mkdirSync(folder);
  try {
    const { figures } = await runSide(script, { ...input, folder }, ["--max-old-space-size=8192"]);
    writeFileSync(join(folder, "fixture.json"), JSON.stringify(figures));
    renameSync(building, home);
    return data;
  } catch (error) {
    removeFolder(building);
    throw error;
  }
}

/** What decides the bytes of a fixture: the pages of the format, and the rows. */
function formatFiles() {
  const pages = join(root, "docs", "format");
  const own = ["edges.mjs", "peers/package.json"].map((name) => join(root, "tools/bench", name));
  return [...readdirSync(pages).map((name) => join(pages, name)), ...own];
}

/**
 * A copy for one trial, by hard links: nobody changes a file in place, neither crv nor LanceDB.
 *
 * @param {string} from
 * @param {string} to
 */
export function linkFolder(from, to) {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) linkFolder(source, target);
    else linkOrCopy(source, target);
  }
}

/** @param {string} source @param {string} target */
function linkOrCopy(source, target) {
  try {
    linkSync(source, target);
  } catch {
    copyFileSync(source, target);
  }
}
