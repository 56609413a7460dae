/** Applies the house rules to every file of the repository: `node tools/tidy/check.mjs [root]`. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { root as ownRoot } from "../workspace.mjs";
import { problemsOf } from "./rules.mjs";

const root = resolve(process.argv[2] ?? ownRoot);
/** What is made here is no source: `out` is what `npm start` writes. */
const GENERATED = new Set(["node_modules", "dist", ".git", ".turbo", ".results", "out"]);
const TEXT = /(\.([cm]?[jt]s|json|md|ya?ml|toml|sh)|\/run|\/LICENSE|\.npmrc)$/;

/** @param {string} folder @returns {string[]} paths relative to the root */
function filesBelow(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return GENERATED.has(entry.name) ? [] : filesBelow(path);
    return entry.isFile() && TEXT.test(`/${path}`) ? [path] : [];
  });
}

const paths = filesBelow("");
const problems = paths.flatMap((path) =>
  problemsOf({ path, text: readFileSync(join(root, path), "utf8") }),
);
if (paths.length === 0) problems.push("no file was seen, so nothing was checked");

for (const problem of problems) console.log(problem);
if (problems.length === 0) console.log(`${paths.length} files are tidy`);
process.exitCode = problems.length === 0 ? 0 : 1;
