/** Bundles the simulation of the engine's tests, over the sources as they are: nothing has to be built. */
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "tsup";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const ENTRY = join(ROOT, "packages/engine/test/support/random-universe.ts");
const HISTORIES = join(ROOT, "packages/engine/test/support/history");

/**
 * @param {string} directory where the bundle goes
 * @returns {Promise<string>} URL of the module
 */
export async function bundleSimulation(directory) {
  await build({
    config: false,
    entry: {
      universe: ENTRY,
      "live-history": join(HISTORIES, "live-history.ts"),
      "check-history": join(HISTORIES, "check-history.ts"),
    },
    outDir: directory,
    format: "esm",
    platform: "node",
    target: "node20",
    tsconfig: join(ROOT, "tsconfig.json"),
    noExternal: [/./],
    // Third-party modules of the old kind ask for their parts at run time.
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
    outExtension: () => ({ js: ".mjs" }),
    clean: false,
    silent: true,
  });
  return pathToFileURL(join(directory, "universe.mjs")).href;
}

/** @param {string} universe what `bundleSimulation` returned @param {string} name of another entry */
export function besides(universe, name) {
  return pathToFileURL(join(dirname(fileURLToPath(universe)), `${name}.mjs`)).href;
}
