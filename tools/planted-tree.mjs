/** For tests of the checks: a small copy of this repository's shape, in which faults can be planted. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { packages, sourceOf } from "./import-dag/table.cjs";
import { root } from "./workspace.mjs";

/** What the checks themselves need to find in the copy. */
const CONFIGURATION = [
  ".dependency-cruiser.cjs",
  "tools/import-dag/table.cjs",
  "tsconfig.base.json",
  "tsconfig.json",
];

const ALLOWED = "tools/forbidden-apis/allowed.json";

/** The guarded methods under the real rules, in a tree that has no call of them. */
function withoutCounts() {
  const allowed = JSON.parse(readFileSync(join(root, ALLOWED), "utf8"));
  const none = Object.keys(allowed.guardedMethods).map((method) => [method, {}]);
  return JSON.stringify({ ...allowed, guardedMethods: Object.fromEntries(none) });
}

/**
 * Every package of the import table with its entry points, each empty, under the real rules; then
 * `planted`, by path.
 * @param {Readonly<Record<string, string>>} planted
 * @returns {{ root: string } & Disposable} removed on dispose
 */
export function plantTree(planted) {
  const base = mkdtempSync(join(tmpdir(), "crv-planted-"));
  const entryPoints = Object.values(packages).flatMap(({ name, imports }) => [name, ...imports]);
  const files = {
    ...Object.fromEntries(entryPoints.map((entry) => [sourceOf(entry), "export {};\n"])),
    "examples/sample/src/main.ts": 'import "crv";\n',
    [ALLOWED]: withoutCounts(),
    ...planted,
  };
  for (const file of CONFIGURATION) cpSync(join(root, file), join(base, file));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(base, path)), { recursive: true });
    writeFileSync(join(base, path), text);
  }
  return { root: base, [Symbol.dispose]: () => rmSync(base, { recursive: true, force: true }) };
}

/**
 * Runs one of the checks over a tree.
 * @param {string} script `tools/tidy/check.mjs`
 * @param {string} base
 * @returns {{ code: number | null, lines: string[] }}
 */
export function runCheck(script, base) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, script), base], {
    encoding: "utf8",
  });
  return { code: status, lines: `${stdout}${stderr}`.trim().split("\n") };
}
