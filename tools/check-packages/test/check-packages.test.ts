// Goal: what is published works for somebody else. Method: pack every public package, lint each
// tarball, install them all into an empty folder outside the workspace, compile a typed program
// there and run it.
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkPackage, createPackageFromTarballData, type Problem } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packAll, publicManifests, tarballName, writeConsumer } from "../pack.mjs";

const folder = mkdtempSync(join(tmpdir(), "crv-packed-"));
const tarballs = join(folder, "tarballs");
const consumer = join(folder, "consumer");

beforeAll(async () => {
  const { code, output } = await packAll(tarballs);
  if (code !== 0) throw new Error(output);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.concurrent.each(publicManifests().map((manifest) => [manifest.name, manifest] as const))(
  "%s",
  (_name, manifest) => {
    const tarball = () => join(tarballs, tarballName(manifest));

    test("has nothing that publint would mention", async () => {
      const bytes = readFileSync(tarball());
      const { messages, pkg } = await publint({
        strict: true,
        pack: { tarball: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) },
      });
      expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
    });

    test("resolves with types for ESM importers", async () => {
      const analysis = await checkPackage(createPackageFromTarballData(readFileSync(tarball())));
      expect(analysis.types, "has declarations").toBeTruthy();
      const problems = analysis.types === false ? [] : analysis.problems;
      expect(problems.filter((problem) => !isForOthers(problem))).toEqual([]);
    });
  },
);

/** Whether a problem concerns only importers that crv does not serve: CommonJS, and Node 10. */
function isForOthers(problem: Problem): boolean {
  return (
    "resolutionKind" in problem &&
    (problem.resolutionKind === "node10" || problem.resolutionKind === "node16-cjs")
  );
}

describe.concurrent("a program outside the workspace", () => {
  /** Runs a command of the program's; its output when it succeeds. */
  async function run(command: string, args: readonly string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      execFile(command, args, { cwd: consumer }, (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(new Error(`${command} ${args.join(" ")}\n${stdout}${stderr}`));
      });
    });
  }

  test("installs the tarballs, compiles against their types, runs, and has the commands", async () => {
    writeConsumer(consumer, tarballs);
    await run("npm", [
      "install",
      "--prefer-offline",
      "--no-audit",
      "--no-fund",
      "--no-package-lock",
      "--ignore-scripts",
    ]);
    await run("node", ["node_modules/typescript/bin/tsc"]);
    const said = await run("node", ["dist/main.js"]);
    expect(said).toMatch(/^\d+ entry points load\na store is written and read, typed\n/);
    expect(said).toMatch(/the examples of the README and of docs\/settings.md run\n$/);
    for (const command of publicManifests().flatMap(({ bin = {} }) => Object.keys(bin))) {
      expect(await run(`node_modules/.bin/${command}`, ["--help"])).not.toBe("");
    }
  }, 120_000);
});
