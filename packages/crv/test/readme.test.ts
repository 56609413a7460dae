/** The README's example, taken out of the README and run as it stands there. */
import { execFile } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import ts from "typescript";
import { expect, test } from "vitest";
import { readmeExample } from "../../../tools/readme-example.mjs";
import { openRun } from "../src/index.js";
import { listParts } from "./support/listing.js";
import { scratchDirectory } from "./support/scratch.js";

const PACKAGE = fileURLToPath(new URL("..", import.meta.url));

test("the example of the README runs, and writes what it shows", async () => {
  const directory = await scratchDirectory();
  const { outputText } = ts.transpileModule(readmeExample(), {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  });
  await writeFile(join(directory, "example.mjs"), outputText);
  await mkdir(join(directory, "node_modules"));
  await symlink(PACKAGE, join(directory, "node_modules", "crv"), "junction");
  const { stdout } = await promisify(execFile)(process.execPath, ["example.mjs"], {
    cwd: directory,
  });
  expect(stdout).toContain("2 [ { minute: 7, city: 'Zürich', delay: 1.5 } ]");

  await using run = await openRun({ root: join(directory, "out"), runId: "demo" });
  expect(await run.scan("trips", { order: "tick" }).toRows()).toEqual([
    { minute: 7, city: "Zürich", delay: 1.5 },
    { minute: 9, city: "Bern", delay: 0 },
  ]);
  expect(await run.scan("holdings").count()).toBe(1);
  const [named] = await run.scan("trips", { where: { tickMax: 59 } }).files();
  expect(stdout).toContain(named?.slice(named.lastIndexOf("part-")));
  expect((await listParts(run.path)).length).toBeGreaterThan(0);
});
