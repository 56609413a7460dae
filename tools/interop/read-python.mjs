/** Starts the Python readers, where there are any. `CRV_PYTHON` names another interpreter. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const PYTHON = process.env.CRV_PYTHON ?? "python3";
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

/**
 * @typedef {{ parts: import("./read-duckdb.mjs").PartFacts[], buckets: Record<string, number> }} TableFacts
 * @typedef {{ name: string, skipped: string } | { name: string, tables: TableFacts[] }} PythonReader
 * @param {readonly import("./sample-run.mjs").SampleTable[]} tables
 * @returns {Promise<PythonReader[]>} pyarrow and Polars
 */
export async function readWithPython(tables) {
  const folder = await mkdtemp(join(tmpdir(), "crv-interop-"));
  try {
    const request = tables.map(({ files, directory, manifest }) => ({
      files,
      directory,
      columns: manifest.descriptor.columns,
    }));
    await writeFile(join(folder, "tables.json"), JSON.stringify(request));
    return await runPython("read-parts.py", [join(folder, "tables.json")]);
  } catch (error) {
    return ["pyarrow", "Polars"].map((name) => ({ name, skipped: reasonOf(error) }));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * @param {readonly import("./sample-run.mjs").SampleTable[]} tables
 * @returns {Promise<{ name: string, skipped: string } | { name: string, manifests: unknown[] }>}
 */
export async function readManifestsWithPython(tables) {
  const name = "the original's reader";
  const files = tables.map(({ directory }) => `${directory}/manifest.json`);
  try {
    return { name, manifests: await runPython("read-manifest.py", files) };
  } catch (error) {
    if (isMissing(error)) return { name, skipped: reasonOf(error) };
    throw error;
  }
}

/**
 * What the reference library makes of safetensors files, and of the same tensors.
 *
 * @typedef {{ found: unknown[], written: string | null }} SafetensorsFacts `written`: its own file in hex
 * @param {{ files: readonly object[], cases: readonly string[] }} request
 * @returns {Promise<{ name: string, skipped: string } | { name: string, files: SafetensorsFacts[], cases: boolean[] }>}
 */
export async function readSafetensorsWithPython(request) {
  const folder = await mkdtemp(join(tmpdir(), "crv-interop-"));
  try {
    const path = join(folder, "request.json");
    await writeFile(path, JSON.stringify(request));
    return await runPython("safetensors-files.py", [path]);
  } catch (error) {
    return { name: "safetensors", skipped: reasonOf(error) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** @param {string} script @param {readonly string[]} args @returns {Promise<any>} what it printed */
function runPython(script, args) {
  const file = fileURLToPath(new URL(`python/${script}`, import.meta.url));
  return new Promise((resolve, reject) => {
    const options = { maxBuffer: OUTPUT_BYTES_MAX };
    execFile(PYTHON, [file, ...args], options, (error, stdout) => {
      if (error === null) resolve(JSON.parse(stdout));
      else reject(error);
    });
  });
}

/** No interpreter, as against a script that failed. @param {unknown} error */
function isMissing(error) {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

/** @param {unknown} error */
function reasonOf(error) {
  if (isMissing(error)) return `there is no ${PYTHON}`;
  throw error;
}
