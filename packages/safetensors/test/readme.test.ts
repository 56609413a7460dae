/** Goal: every example of the README runs. Method: each is taken out of it and run as it stands there. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeSafetensors } from "../src/index.js";

const PACKAGE = fileURLToPath(new URL("..", import.meta.url));
const readme = await readFile(join(PACKAGE, "README.md"), "utf8");
const examples = [
  ...readme.matchAll(/^## (.*?)\n(?:(?!^## )[\s\S])*?^```ts\n([\s\S]*?)^```$/gm),
].map(([, title = "", program = ""]) => ({ title, program }));

/** What each prints. */
const OUTPUT: Readonly<Record<string, string>> = {
  "In memory":
    "pt {\n  dtype: 'F32',\n  shape: [ 2, 3 ],\n  data: Float32Array(6) [ 1, 2, 3, 4, 5, 6 ]\n}\n",
  Files: "[ 'a' ] [ 4, 3 ] undefined\n12 [ 2, 3 ] Float32Array(2) [ 1, 4 ]\n",
  "Larger than memory": "99\n",
  "Elsewhere: browsers, HTTP": "Float32Array(2) [ 1, 3 ]\n",
  Shards:
    "[\n  'model-00001-of-00002.safetensors',\n  'model-00002-of-00002.safetensors'\n]\n[ 'layer.0', 'layer.1', 'layer.2' ] [ 8 ]\n",
  Conversions: "Float32Array(2) [ 1, 0.333984375 ]\nUint8Array(2) [ 56, 43 ]\n",
  Errors: "TRUNCATED a 1\n",
};

let folder: string;
let server: Server;
let modelUrl: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "crv-readme-"));
  await mkdir(join(folder, "node_modules", "@crv"), { recursive: true });
  await symlink(PACKAGE, join(folder, "node_modules", "@crv", "safetensors"), "junction");
  const data = Float32Array.of(1, 2, 3, 4);
  const model = encodeSafetensors({ a: { dtype: "F32", shape: [2, 2], data } });
  server = createServer(({ headers }, response) => {
    const [, begin, last] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? "") ?? [];
    if (begin === undefined) response.writeHead(200, { "content-length": model.length }).end();
    else response.writeHead(206).end(model.subarray(Number(begin), Number(last) + 1));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  modelUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});

afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

describe("the README", () => {
  test("has the examples that are known here", () => {
    expect(examples.map(({ title }) => title)).toEqual(Object.keys(OUTPUT));
  });

  test.each(examples)("$title", async ({ title, program }) => {
    const { outputText } = ts.transpileModule(program, {
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
    });
    const source = `const modelUrl = ${JSON.stringify(modelUrl)};\n${outputText}`;
    const file = `${title.toLowerCase().replaceAll(/\W+/g, "-")}.mjs`;
    await writeFile(join(folder, file), source);
    const { stdout } = await promisify(execFile)(process.execPath, [file], { cwd: folder });
    expect(stdout).toBe(OUTPUT[title]);
  });
});
