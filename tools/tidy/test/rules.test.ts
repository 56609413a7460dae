import { describe, expect, test } from "vitest";
import { plantTree, runCheck } from "../../planted-tree.mjs";
import { problemsOf, SOURCE_LINES_MAX } from "../rules.mjs";

const SOURCE = "packages/io/src/scan.ts";
const TEST = "packages/io/test/scan.test.ts";

describe("problemsOf", () => {
  test.each([
    [
      SOURCE,
      "x\n".repeat(SOURCE_LINES_MAX + 1),
      " 401 lines, at most 400: a second noun is hiding here",
    ],
    [SOURCE, 'export * from "./a.js";', "1: export *: list what is public by name"],
    [SOURCE, 'export type * from "./a.js";', "1: export *: list what is public by name"],
    [SOURCE, "a;\n// TODO later", "2: do it now, or open an issue and name it in the docs"],
    [SOURCE, "// FIXME", "1: do it now, or open an issue and name it in the docs"],
    [SOURCE, "// @ts-ignore", "1: use @ts-expect-error with the reason, or fix the type"],
    [SOURCE, 'const root = "/home/someone/crv";', "1: an absolute path of some machine"],
    [
      TEST,
      'test.only("x", f);',
      "1: a test that is skipped, or that skips the others, proves nothing",
    ],
    [
      TEST,
      'describe.skip("x", f);',
      "1: a test that is skipped, or that skips the others, proves nothing",
    ],
    [
      TEST,
      'test.concurrent.skip("x", f);',
      "1: a test that is skipped, or that skips the others, proves nothing",
    ],
    ["packages/io/src/util.ts", "", " name the file after what it holds"],
    ["packages/io/src/readPart.ts", "", ' "readPart.ts" is not in kebab-case'],
    ["packages/io/src/read_part/a.ts", "", ' "read_part" is not in kebab-case'],
    ["docs/guide.md", "# One\n\n# Two\n", " 2 titles (#), must be one"],
    ["docs/guide.md", "text\n", " 0 titles (#), must be one"],
    [".npmrc", "registry=x", "1: a registry is the business of each machine"],
    [
      "docs/guide.md",
      "# A\n\nfrom registry.example.org",
      "3: the host of a registry; that is the business of each machine",
    ],
    [
      "pnpm-lock.yaml",
      "a:\n  resolution: {integrity: x, tarball: y}",
      "2: the lockfile names a host; it must work with any registry",
    ],
    [
      "pnpm-lock.yaml",
      "u: https://example.org/a.tgz",
      "1: the lockfile names a host; it must work with any registry",
    ],
  ])("%s: %j is refused", (path, text, message) => {
    expect(problemsOf({ path, text })).toEqual([`${path}:${message}`]);
  });

  test.each([
    [SOURCE, "x\n".repeat(SOURCE_LINES_MAX)],
    [SOURCE, 'export { a } from "./a.js";\nconst skip = rows.skip(3);'],
    [TEST, "x\n".repeat(SOURCE_LINES_MAX + 1)],
    ["packages/io/test/scan.test-d.ts", ""],
    ["docs/guide.md", "# One\n\n```sh\n# not a title\n```\n"],
    [
      "docs/format/part.md",
      "# Parts\n\nSee https://example.org/home/page and packages/io/tmp/x.\n",
    ],
    ["CONTRIBUTING.md", "# Contributing\n"],
  ])("%s: ordinary text is accepted", (path, text) => {
    expect(problemsOf({ path, text })).toEqual([]);
  });
});

describe("check.mjs", () => {
  test("fails when a file of the tree breaks a rule, and says which", () => {
    using tree = plantTree({ "packages/io/src/util.ts": "" });
    expect(runCheck("tools/tidy/check.mjs", tree.root)).toEqual({
      code: 1,
      lines: ["packages/io/src/util.ts: name the file after what it holds"],
    });
  });

  test("passes a tree that keeps them", () => {
    using tree = plantTree({});
    expect(runCheck("tools/tidy/check.mjs", tree.root)).toMatchObject({ code: 0 });
  });
});
