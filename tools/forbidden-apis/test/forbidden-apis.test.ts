import { describe, expect, test } from "vitest";
import { plantTree, runCheck } from "../../planted-tree.mjs";
import { findUses } from "../find-uses.mjs";
import { type Allowed, judge } from "../judge.mjs";

const GUARDED = ["create", "removeStaged", "replaceView"];
const NOTHING_ALLOWED: Allowed = {
  guardedMethods: Object.fromEntries(GUARDED.map((method) => [method, {}])),
  clockAndRandomness: {},
};

function problemsIn(
  text: string,
  { path = "packages/io/src/a.ts", allowed = NOTHING_ALLOWED } = {},
): string[] {
  const uses = findUses(path, text, new Set(Object.keys(allowed.guardedMethods)));
  return judge(new Map([[path, uses]]), allowed);
}

const LOADER = "import modules statically, by name, so that the import rules see them";
const CLOCK = "take a Clock (@crv/core) as an argument";
const RANDOM = "take a Random (@crv/core) as an argument";
const IO_ONLY =
  "io may import of ours only @crv/core, @crv/core/arrow, @crv/core/models, @crv/storage-trait";
const FILES = "only storage touches files; take an ObjectStore, or a read function from the facade";

describe("modules", () => {
  test.each([
    ['import("@crv/manifest")', `@crv/manifest: ${IO_ONLY}`],
    ["import(`@crv/storage`)", `@crv/storage: ${IO_ONLY}`],
    ['import "@crv/recovery"', `@crv/recovery: ${IO_ONLY}`],
    ['export { x } from "@crv/storage-trait/residual"', `@crv/storage-trait/residual: ${IO_ONLY}`],
    [
      'type T = import("@crv/storage-trait/object-store").T',
      `@crv/storage-trait/object-store: ${IO_ONLY}`,
    ],
    ['import("node:fs")', `node:fs: ${FILES}`],
    ['import "fs"', `fs: ${FILES}`],
    ['import x = require("node:fs/promises")', `node:fs/promises: ${FILES}`],
    [
      'import("../../manifest/src/index.js")',
      "../../manifest/src/index.js: import another package by its name",
    ],
  ])("%s is refused", (text, message) => {
    expect(problemsIn(text)).toEqual([`packages/io/src/a.ts:1: ${message}`]);
  });

  test("what the table allows is accepted", () => {
    expect(problemsIn('import "@crv/core"; import "./scan.js"; import "node:path";')).toEqual([]);
    expect(problemsIn('import "node:fs";', { path: "packages/storage/src/a.ts" })).toEqual([]);
  });
});

describe("loaders", () => {
  test.each([
    ["import(name)", ["import() of a computed name"]],
    ['import("./" + name)', ["import() of a computed name"]],
    ['require("fs")', ["fs", "require"]],
    ["const load = require;", ["require"]],
    ['import { createRequire } from "node:module";', ["node:module", "createRequire"]],
    ['import { createRequire as make } from "module";', ["module", "createRequire"]],
    ["nodeModule.createRequire(import.meta.url)", ["createRequire"]],
    ['process.getBuiltinModule("fs")', ["process.getBuiltinModule"]],
    ['globalThis.process.getBuiltinModule("fs")', ["process.getBuiltinModule"]],
    ["const { getBuiltinModule } = process;", ["process.getBuiltinModule"]],
    ['process["binding"]("fs")', ["process.binding"]],
  ])("%s is refused", (text, names) => {
    expect(problemsIn(text)).toEqual(
      names.map((name) => `packages/io/src/a.ts:1: ${name}: ${name === "fs" ? FILES : LOADER}`),
    );
  });
});

describe("clock and randomness", () => {
  test.each([
    ["Date.now()", "Date.now", CLOCK],
    ["globalThis.Date.now()", "Date.now", CLOCK],
    ['Date["now"]()', "Date.now", CLOCK],
    ["const { now } = Date;", "Date.now", CLOCK],
    ["new Date()", "new Date", CLOCK],
    ["new Date", "new Date", CLOCK],
    ["Date()", "Date()", CLOCK],
    ["performance.now()", "performance.now", CLOCK],
    ["process.hrtime.bigint()", "process.hrtime", CLOCK],
    ["setTimeout(f, 1)", "setTimeout", CLOCK],
    ["globalThis.setInterval(f, 1)", "setInterval", CLOCK],
    ["const timers = { setTimeout };", "setTimeout", CLOCK],
    ["const later = () => setTimeout;", "setTimeout", CLOCK],
    ['import { setTimeout } from "node:timers/promises";', "node:timers/promises", CLOCK],
    ["Math.random()", "Math.random", RANDOM],
    ["crypto.randomUUID()", "randomUUID", RANDOM],
    ["crypto.getRandomValues(bytes)", "getRandomValues", RANDOM],
    ['import { randomBytes } from "node:crypto";', "randomBytes", RANDOM],
    ['import { randomUUID as make } from "node:crypto";', "randomUUID", RANDOM],
  ])("%s is refused", (text, name, instead) => {
    expect(problemsIn(text)).toEqual([`packages/io/src/a.ts:1: ${name}: ${instead}`]);
  });

  test("the injected ones, fixed dates and types are accepted", () => {
    const text = `
      const at = clock.now();
      const written = new Date(entry.writtenAt);
      await clock.sleep(10);
      let timer: ReturnType<typeof setTimeout>;
      const clock = { setTimeout() {} };
      clock.setTimeout();
    `;
    expect(problemsIn(text)).toEqual([]);
  });

  test("a listed file may use what is listed for it, and nothing else", () => {
    const path = "packages/crv/src/system-clock.ts";
    const allowed = { ...NOTHING_ALLOWED, clockAndRandomness: { [path]: ["Date.now"] } };
    expect(problemsIn("Date.now();\nMath.random();", { path, allowed })).toEqual([
      `${path}:2: Math.random: ${RANDOM}`,
    ]);
  });

  test("the command may read the clock", () => {
    expect(problemsIn("Date.now();", { path: "packages/cli/src/main.ts" })).toEqual([]);
  });
});

describe("guarded methods", () => {
  const path = "packages/engine/src/pipeline.ts";
  const once = { ...NOTHING_ALLOWED, guardedMethods: { create: { [path]: 1 } } };
  const WHY = "a change here is a change of the protocol, and needs a reason in the review";

  test.each([
    "store.create(key, body, options)",
    'store["create"](key, body, options)',
    "const create = store.create;",
    "const { create } = store;",
    "const { create: publish } = store;",
    "function f({ create }) {}",
    "this.#store?.create(key, body, options)",
  ])("%s is counted", (text) => {
    expect(problemsIn(text, { path })).toEqual([
      `${path}: create: 1 uses (line 1), allowed.json says 0; ${WHY}`,
    ]);
    expect(problemsIn(text, { path, allowed: once })).toEqual([]);
  });

  test("the count is exact: one more and one less are both refused", () => {
    expect(problemsIn("store.create(a);\nstore.create(b);", { path, allowed: once })).toEqual([
      `${path}: create: 2 uses (line 1, 2), allowed.json says 1; ${WHY}`,
    ]);
    expect(problemsIn("", { path, allowed: once })).toEqual([
      `${path}: create: 0 uses, allowed.json says 1; ${WHY}`,
    ]);
  });

  test("an entry for a file that is gone is refused", () => {
    expect(judge(new Map(), once)).toEqual([
      `${path}: create: 0 uses, allowed.json says 1; ${WHY}`,
    ]);
  });

  test("declarations, Object.create and the implementing packages are not counted", () => {
    expect(problemsIn("Object.create(null); class A { create() {} }", { path })).toEqual([]);
    expect(problemsIn("store.create(a)", { path: "packages/storage/src/local.ts" })).toEqual([]);
  });
});

describe("check.mjs", () => {
  const CHECK = "tools/forbidden-apis/check.mjs";

  test("passes a tree that uses nothing forbidden", () => {
    using tree = plantTree({ "packages/crv/src/system-clock.ts": "Date.now();" });
    expect(runCheck(CHECK, tree.root)).toMatchObject({ code: 0 });
  });

  test("fails, naming each planted fault", () => {
    using tree = plantTree({
      "packages/io/src/a.ts": 'export const x = () => import("@crv/manifest");',
      "packages/io/src/b.ts": 'import { createRequire } from "node:module";\ncreateRequire("fs");',
      "packages/engine/src/c.ts": "residual.removeUnreferenced(keys, floor);",
    });
    const { code, lines } = runCheck(CHECK, tree.root);
    expect(code).toBe(1);
    expect(lines.map((line) => line.split(": ").slice(0, 2).join(": "))).toEqual([
      "packages/io/src/a.ts:1: @crv/manifest",
      "packages/io/src/b.ts:1: node:module",
      "packages/io/src/b.ts:1: createRequire",
      "packages/io/src/b.ts:2: createRequire",
      "packages/engine/src/c.ts: removeUnreferenced",
    ]);
  });
});
