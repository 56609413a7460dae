/** Checks packages/<name>/src for forbidden calls: `node tools/forbidden-apis/check.mjs [root]`. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { root as ownRoot } from "../workspace.mjs";
import { findUses } from "./find-uses.mjs";
import { judge } from "./judge.mjs";

const root = resolve(process.argv[2] ?? ownRoot);
const allowed = JSON.parse(readFileSync(join(root, "tools/forbidden-apis/allowed.json"), "utf8"));
const guarded = new Set(Object.keys(allowed.guardedMethods));

const paths = readdirSync(join(root, "packages")).flatMap((name) =>
  readdirSync(join(root, "packages", name, "src"), { recursive: true })
    .map((file) => `packages/${name}/src/${file}`)
    .filter((path) => /\.[cm]?[jt]sx?$/.test(path)),
);
const usesByPath = new Map(
  paths.map((path) => [path, findUses(path, readFileSync(join(root, path), "utf8"), guarded)]),
);
const problems = judge(usesByPath, allowed);
if (paths.length === 0) problems.push("no source file was seen, so nothing was checked");

for (const problem of problems) console.log(problem);
if (problems.length === 0) console.log(`${paths.length} files use nothing forbidden`);
process.exitCode = problems.length === 0 ? 0 : 1;
