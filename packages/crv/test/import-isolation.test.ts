/**
 * Goal: to import crv brings what it needs and nothing above it.
 * Method: a process of its own for each entry, in which every module that is loaded is told. The rules for
 * sources are those of tools/import-dag.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect, test } from "vitest";

const HOOK = `import { writeSync } from "node:fs";
export const load = (url, context, next) => (writeSync(1, url + "\\n"), next(url, context));`;
const REGISTER = `import { register } from "node:module"; register(${JSON.stringify(moduleUrl(HOOK))});`;

const PACKAGE = fileURLToPath(new URL("..", import.meta.url));

function moduleUrl(source: string): string {
  return `data:text/javascript;base64,${Buffer.from(source).toString("base64")}`;
}

/** What importing `file` loads: packages of ours as `@core`, others by name, and modules of Node. */
function loadedBy(file: string): ReadonlySet<string> {
  const source = `await import(${JSON.stringify(pathToFileURL(file).href)});`;
  const args = ["--import", moduleUrl(REGISTER), "--input-type=module", "--eval", source];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const urls = stdout.split("\n").filter((url) => url !== "");
  return new Set(urls.map(nameOf).filter((name) => name !== ""));
}

function nameOf(url: string): string {
  if (url.startsWith("node:")) return url;
  const [, installed] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url) ?? [];
  const [, ours] = /\/packages\/([^/]+)\/dist\//.exec(url) ?? [];
  return installed ?? (ours === undefined ? "" : `@${ours}`);
}

test("the package loads the layers below it, and no library that only some calls need", () => {
  const loaded = loadedBy(join(PACKAGE, "dist/index.js"));
  const ours = [...loaded].filter((name) => name.startsWith("@") && !name.includes("/"));
  expect(ours.sort()).toEqual(
    [
      "core",
      "crv",
      "engine",
      "io",
      "manifest",
      "recovery",
      "safetensors",
      "storage",
      "storage-trait",
      "tensors",
    ].map((name) => `@${name}`),
  );
  for (const heavy of ["parquet-wasm", "piscina", "nodejs-polars", "commander", "hyparquet"]) {
    expect(loaded.has(heavy), heavy).toBe(false);
  }
});

test("core touches no file, and its root loads no Arrow", () => {
  const loaded = loadedBy(join(PACKAGE, "../core/dist/index.js"));
  expect(loaded.has("@core")).toBe(true);
  for (const name of ["node:fs", "node:fs/promises", "apache-arrow"]) {
    expect(loaded.has(name), name).toBe(false);
  }
});
