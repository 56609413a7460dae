/** The first program of a page of the documentation, run as it stands there. */
import { execFile } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import ts from "typescript";
import { firstBlock } from "../../../../tools/readme-example.mjs";

const PACKAGE = fileURLToPath(new URL("../..", import.meta.url));

/**
 * @param directory Where it runs.
 * @returns what it printed, and the block `text` of the page, which says what that should be.
 */
export async function runPage(
  page: string,
  directory: string,
): Promise<{ readonly stdout: string; readonly shown: string }> {
  const { outputText } = ts.transpileModule(firstBlock(page, "ts"), {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  });
  await writeFile(join(directory, "example.mjs"), outputText);
  await mkdir(join(directory, "node_modules"));
  await symlink(PACKAGE, join(directory, "node_modules", "crv"), "junction");
  const { stdout } = await promisify(execFile)(process.execPath, ["example.mjs"], {
    cwd: directory,
  });
  return { stdout, shown: firstBlock(page, "text") };
}
