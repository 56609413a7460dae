/**
 * Judges the uses that `findUses` found against tools/forbidden-apis/allowed.json and the import
 * table. Pure: no file is read here.
 */
import posix from "node:path/posix";
import { importRefusal } from "../import-dag/table.cjs";

/**
 * @typedef {import("./find-uses.mjs").Use} Use
 * @typedef {{
 *   guardedMethods: Record<string, Record<string, number>>,
 *   clockAndRandomness: Record<string, readonly string[]>,
 * }} Allowed per guarded method, how often each file mentions it; per file, the clocks it may read
 */

/** Packages that implement the guarded methods, and so call them on each other. */
const IMPLEMENTORS = new Set(["storage", "storage-trait"]);

const INSTEAD = {
  clock: "take a Clock (@crv/core) as an argument",
  random: "take a Random (@crv/core) as an argument",
};

/**
 * @param {ReadonlyMap<string, readonly Use[]>} usesByPath path in the repository, `packages/io/src/scan.ts`
 * @param {Allowed} allowed
 * @returns {string[]} one message per problem, by path
 */
export function judge(usesByPath, allowed) {
  const problems = [];
  for (const [path, uses] of usesByPath) {
    for (const use of uses) {
      const reason = refusal(path, use, allowed);
      if (reason !== undefined) problems.push(`${path}:${use.line}: ${use.name}: ${reason}`);
    }
  }
  return [...problems, ...wrongCounts(usesByPath, allowed)];
}

/** @param {string} path @param {Use} use @param {Allowed} allowed */
function refusal(path, { kind, name }, allowed) {
  const owner = packageOf(path);
  if (kind === "loader")
    return "import modules statically, by name, so that the import rules see them";
  if (kind === "clock-or-randomness") {
    if (owner === "cli" || allowed.clockAndRandomness[path]?.includes(name)) return undefined;
    return /random/i.test(name) ? INSTEAD.random : INSTEAD.clock;
  }
  if (kind === "module") {
    if (!name.startsWith(".")) return importRefusal(owner, name);
    const target = posix.join(posix.dirname(path), name);
    return target.startsWith(`packages/${owner}/src/`)
      ? undefined
      : "import another package by its name";
  }
  return undefined;
}

/**
 * Guarded methods: each file's count must be exactly the listed one.
 * @param {ReadonlyMap<string, readonly Use[]>} usesByPath
 * @param {Allowed} allowed
 */
function wrongCounts(usesByPath, { guardedMethods }) {
  const problems = [];
  for (const [method, countByPath] of Object.entries(guardedMethods)) {
    for (const path of new Set([...usesByPath.keys(), ...Object.keys(countByPath)])) {
      if (IMPLEMENTORS.has(packageOf(path))) continue;
      const lines = (usesByPath.get(path) ?? [])
        .filter(({ kind, name }) => kind === "guarded-method" && name === method)
        .map(({ line }) => line);
      const expected = countByPath[path] ?? 0;
      if (lines.length === expected) continue;
      const where = lines.length === 0 ? "" : ` (line ${lines.join(", ")})`;
      problems.push(
        `${path}: ${method}: ${lines.length} uses${where}, allowed.json says ${expected}; ` +
          "a change here is a change of the protocol, and needs a reason in the review",
      );
    }
  }
  return problems;
}

/** `packages/io/src/scan.ts` -> `io`. @param {string} path */
function packageOf(path) {
  return path.split("/")[1] ?? "";
}
