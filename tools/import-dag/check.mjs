/**
 * Checks the import DAG with dependency-cruiser: `node tools/import-dag/check.mjs [root]`.
 *
 * Fails when a rule is broken, and also when a package has source of which no module was seen:
 * a cruise over nothing reports no violations.
 */
import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { cruise } from "dependency-cruiser";
import extractDepcruiseOptions from "dependency-cruiser/config-utl/extract-depcruise-options";
import extractTSConfig from "dependency-cruiser/config-utl/extract-ts-config";
import { root as ownRoot } from "../workspace.mjs";

const root = resolve(process.argv[2] ?? ownRoot);
process.chdir(root); // dependency-cruiser resolves its rules and folders against the working directory

/** @param {string} parent */
const sourceFolders = (parent) =>
  readdirSync(parent, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${parent}/${entry.name}/src`);

const folders = [...sourceFolders("packages"), ...sourceFolders("examples")];
const options = await extractDepcruiseOptions(join(root, ".dependency-cruiser.cjs"));
const result = await cruise(folders, options, undefined, {
  tsConfig: extractTSConfig(join(root, "tsconfig.json")),
});
if (typeof result.output === "string") throw new Error("dependency-cruiser answered with text");

const { modules, summary } = result.output;
const problems = summary.violations.map(
  ({ rule, from, to, cycle }) =>
    `${from} -> ${cycle?.map(({ name }) => name).join(" -> ") ?? to}  (${rule.name}: ${commentOf(rule.name)})`,
);
for (const folder of folders) {
  if (!modules.some(({ source }) => source.startsWith(`${folder}/`))) {
    problems.push(`${folder}: no module was seen, so nothing was checked`);
  }
}

/** @param {string} name */
function commentOf(name) {
  return options.ruleSet?.forbidden?.find((rule) => rule.name === name)?.comment ?? "";
}

for (const problem of problems) console.log(problem);
if (problems.length === 0) console.log(`${modules.length} modules follow the table`);
process.exitCode = problems.length === 0 ? 0 : 1;
