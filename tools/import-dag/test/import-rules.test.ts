// Goal: each forbidden import fails the check, for its own reason. Method: one tree with every fault
// planted in a file of its own; the real rules; one run. A tree without faults must pass.
import { describe, expect, test } from "vitest";
import { plantTree, runCheck } from "../../planted-tree.mjs";
import { importRefusal, packages } from "../table.cjs";

const CHECK = "tools/import-dag/check.mjs";

/** Planted file, its text, and the rule that must refuse it. */
const FAULTS = [
  ["packages/io/src/a1.ts", 'import "@crv/manifest";', "imports-of-io"],
  ["packages/io/src/a2.ts", 'import "@crv/storage";', "imports-of-io"],
  ["packages/io/src/a3.ts", 'import "@crv/recovery";', "imports-of-io"],
  ["packages/io/src/a4.ts", 'import "@crv/engine";', "imports-of-io"],
  ["packages/io/src/a5.ts", 'import "@crv/storage-trait/residual";', "imports-of-io"],
  ["packages/io/src/a6.ts", 'import "@crv/storage-trait/object-store";', "imports-of-io"],
  [
    "packages/io/src/a7.ts",
    'import type { X } from "@crv/manifest"; export type Y = X;',
    "imports-of-io",
  ],
  ["packages/io/src/a8.ts", 'export { x } from "../../manifest/src/index.js";', "imports-of-io"],
  ["packages/io/src/a9.ts", 'export const load = () => import("@crv/storage");', "imports-of-io"],
  ["packages/io/src/b1.ts", 'import "../../core/src/ids.js";', "imports-of-io"],
  ["packages/io/src/b2.ts", 'import "@crv/unheard-of";', "imports-of-io"],
  ["packages/io/src/c1.ts", 'import "node:fs";', "file-system"],
  ["packages/io/src/c2.ts", 'import "fs/promises";', "file-system"],
  ["packages/engine/src/c3.ts", 'export const load = () => import("node:fs");', "file-system"],
  ["packages/crv/src/c4.ts", 'import "node:fs/promises";', "file-system"],
  ["packages/engine/src/d1.ts", 'import "parquet-wasm";', "parquet-codec"],
  ["packages/crv/src/d2.ts", 'import "piscina";', "worker-pool"],
  ["packages/engine/src/d5.ts", 'await import("nodejs-polars");', "optional-peers"],
  ["packages/crv/src/d3.ts", 'import "@crv/storage-trait/seal";', "imports-of-crv"],
  ["packages/recovery/src/d4.ts", 'import "@crv/storage-trait/seal";', "imports-of-recovery"],
  ["packages/manifest/src/e1.ts", 'import "@crv/storage";', "imports-of-manifest"],
  ["packages/recovery/src/e2.ts", 'import "@crv/storage";', "imports-of-recovery"],
  ["packages/engine/src/e3.ts", 'import "@crv/storage";', "imports-of-engine"],
  ["packages/core/src/e4.ts", 'import "@crv/storage-trait";', "imports-of-core"],
  ["packages/storage-trait/src/e5.ts", 'import "@crv/manifest";', "imports-of-storage-trait"],
  ["packages/tensors/src/e6.ts", 'import "@crv/storage-trait/parts";', "imports-of-tensors"],
  ["packages/cli/src/e7.ts", 'import "@crv/engine";', "imports-of-cli"],
  ["packages/crv/src/f1.ts", 'import "@crv/world";', "higher-layers"],
  ["packages/crv/src/f2.ts", 'import "@crv/lab/run";', "higher-layers"],
  ["packages/core/src/g1.ts", 'import "not-declared-anywhere";', "resolvable"],
  ["packages/core/src/h1.ts", 'export const h = 1; import "./h2.js";', "no-cycles"],
  ["packages/unlisted/src/i1.ts", 'import "node:path";', "listed-packages"],
  ["examples/sample/src/j1.ts", 'import "@crv/engine";', "imports-of-examples"],
] as const;

/** Files that the faults need. */
const SUPPORT = {
  "packages/core/src/ids.ts": "export {};",
  "packages/core/src/h2.ts": 'import "./h1.js";',
};

describe("the import rules", () => {
  test("accept the table as it is", () => {
    using tree = plantTree({
      "packages/io/src/fine.ts":
        'import "@crv/core"; import "@crv/storage-trait"; await import("nodejs-polars");',
      "packages/engine/src/fine.ts":
        'import "@crv/storage-trait/residual"; import "@crv/recovery";',
      "packages/storage/src/fine.ts": 'import "node:fs/promises";',
      "packages/cli/src/fine.ts": 'import "node:fs"; import "crv";',
    });
    expect(runCheck(CHECK, tree.root)).toMatchObject({
      code: 0,
      lines: [expect.stringMatching(/^\d+ modules follow the table$/)],
    });
  });

  test("refuse a package of which no module is seen", () => {
    using tree = plantTree({ "packages/empty/src/notes.md": "nothing to check" });
    const { code, lines } = runCheck(CHECK, tree.root);
    expect(lines).toEqual(["packages/empty/src: no module was seen, so nothing was checked"]);
    expect(code).toBe(1);
  });

  test("refuse every planted fault, each by its own rule", () => {
    using tree = plantTree({
      ...SUPPORT,
      ...Object.fromEntries(FAULTS.map(([path, text]) => [path, text])),
    });
    const { code, lines } = runCheck(CHECK, tree.root);
    const unseen = FAULTS.filter(
      ([path, , rule]) =>
        !lines.some((line) => line.startsWith(`${path} -> `) && line.includes(`(${rule}: `)),
    );
    expect(unseen).toEqual([]);
    expect(code).toBe(1);
  });
});

describe("importRefusal", () => {
  test("says what the package may import instead", () => {
    expect(importRefusal("io", "@crv/manifest")).toBe(
      "io may import of ours only @crv/core, @crv/core/arrow, @crv/core/models, @crv/storage-trait",
    );
  });

  test("allows what the table lists and modules it does not know", () => {
    for (const [folder, { imports }] of Object.entries(packages)) {
      for (const name of [...imports, "node:path"]) {
        expect(importRefusal(folder, name), `${folder} -> ${name}`).toBeUndefined();
      }
    }
  });
});
