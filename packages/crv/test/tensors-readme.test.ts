/** Goal: every example of the README of `@crv/tensors` runs. Method: each is run as it stands there. */
import { execFile } from "node:child_process";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { scratchDirectory } from "./support/scratch.js";

const PACKAGE = fileURLToPath(new URL("..", import.meta.url));
const readme = await readFile(join(PACKAGE, "../tensors/README.md"), "utf8");
const examples = [
  ...readme.matchAll(/^## (.*?)\n(?:(?!^## )[\s\S])*?^```ts\n([\s\S]*?)^```$/gm),
].map(([, title = "", program = ""]) => ({ title, program }));

/** What each prints. */
const OUTPUT: Readonly<Record<string, string>> = {
  "In one commit with rows": `1 [ 42 ] [ { path: 'config.json', bytes: 12, version: 1 } ]
`,
  Batches: `[
  {
    name: 'tensor',
    dtype: 'BF16',
    shape: [ 2 ],
    bytes: 4,
    layer: 'layer_0',
    key: 'activations'
  }
]
{ tokens: 1 }
{ dtype: 'F32', shape: [ 2 ], data: Float32Array(2) [ 5, 6 ] }
[ 'layer_0' ] [ 'activations' ]
`,
  "Training on them": `[ 40, 2 ] Float32Array(4) [ 18, 19, 20, 21 ]
[ 16, 2 ]
[ 8, 2 ]
`,
  "Detectors and metadata": `0 { tokens: 3 } Int32Array(1) [ 3 ]
1 { tokens: 5 } Int32Array(1) [ 5 ]
{ model: 'mlp', layers: [ 'layer_0' ] }
`,
  Digests: `{ members: 1, bytes: 100, problems: [] }
`,
  "The original's API": `runs/r/batch_000004.safetensors
runs/r/batch_5
[ 4, 5 ] [Object: null prototype] {
  activations: { dtype: 'F32', shape: [ 1 ], data: Float32Array(1) [ 7 ] }
}
[Object: null prototype] {
  x: { dtype: 'F32', shape: [ 1 ], data: Float32Array(1) [ 7 ] }
}
{} [ 'r' ] [ 'layer_0' ]
`,
};

describe("the README", () => {
  test("has the examples that are known here", () => {
    expect(examples.map(({ title }) => title)).toEqual(Object.keys(OUTPUT));
  });

  test.each(examples)("$title", async ({ title, program }) => {
    const { outputText } = ts.transpileModule(program, {
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
    });
    const cwd = await scratchDirectory();
    await mkdir(join(cwd, "node_modules"));
    await symlink(PACKAGE, join(cwd, "node_modules", "crv"), "junction");
    await writeFile(join(cwd, "example.mjs"), outputText);
    const { stdout } = await promisify(execFile)(process.execPath, ["example.mjs"], { cwd });
    expect(stdout).toBe(OUTPUT[title]);
  });
});
