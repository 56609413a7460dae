/** The proofs with the sources of the engine, as one file; planted bugs are edits on the way in. */
import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Options } from "tsup";
import type { SourceEdit } from "./bugs.js";

const PACKAGES = fileURLToPath(new URL("../../../../", import.meta.url));
const ENTRY = fileURLToPath(new URL("./run-proof.ts", import.meta.url));

type Plugin = NonNullable<Options["esbuildPlugins"]>[number];

/**
 * Bundles the proofs into `directory`. Returns the path of what Node can run.
 *
 * @throws Error when the text of an edit is not in its file exactly once.
 */
export async function bundleProofs(
  directory: string,
  edits: readonly SourceEdit[],
): Promise<string> {
  const unused = new Set(edits.map(({ file }) => file));
  await build({
    config: false,
    entry: { proofs: ENTRY },
    outDir: directory,
    format: "esm",
    platform: "node",
    target: "node20",
    // From the sources of every package, as the compiler sees them.
    tsconfig: join(PACKAGES, "..", "tsconfig.json"),
    noExternal: [/./],
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
    clean: false,
    splitting: false,
    silent: true,
    esbuildPlugins: [editSources(edits, unused)],
  });
  if (unused.size > 0) throw new Error(`not part of the proofs: ${[...unused].join(", ")}`);
  return join(directory, "proofs.js");
}

function editSources(edits: readonly SourceEdit[], unused: Set<string>): Plugin {
  return {
    name: "planted-bugs",
    setup({ onLoad }) {
      onLoad({ filter: /\/src\/.*\.ts$/ }, async ({ path }) => {
        const file = relative(PACKAGES, path).replaceAll("\\", "/");
        const own = edits.filter((edit) => edit.file === file);
        if (own.length === 0) return undefined;
        unused.delete(file);
        const source = await readFile(path, "utf8");
        return { contents: own.reduce(applyEdit, source), loader: "ts" };
      });
    },
  };
}

/** @throws Error when the text is not there exactly once: then the bug is not planted. */
export function applyEdit(source: string, { file, find, replace }: SourceEdit): string {
  const count = source.split(find).length - 1;
  if (count === 1) return source.replace(find, () => replace);
  throw new Error(`${file} has ${count} times: ${find}`);
}
