/**
 * How every package is built: the entries are read from the package's own package.json, so a new
 * subpath is declared once, under "exports". `./residual` is built from `src/residual.ts`, the root
 * from `src/index.ts`, a command from the source of its "bin" file.
 *
 * JavaScript and declarations are two tasks. The first, `build`, needs nothing of other packages, so
 * all run side by side and the tests start at once; the second, `declarations`, is slow and only
 * needed by who installs the package, so it is left to `npm run build` and the pack test.
 *
 * A package that needs a file beyond its exports has its own tsup.config.mjs and calls `packageBuild`.
 */
import { existsSync, readFileSync } from "node:fs";
import { defineConfig } from "tsup";

/**
 * @param {{ extraEntries?: readonly string[] }} [options] `extraEntries`: built files that no export
 *   names, without extension (`parquet/worker`), each only when its source exists
 */
export function packageBuild({ extraEntries = [] } = {}) {
  const manifest = JSON.parse(readFileSync("package.json", "utf8"));
  const declared = [
    ...Object.values(manifest.exports ?? {}).map((target) => entryName(target.default)),
    ...Object.values(manifest.bin ?? {}).map(entryName),
  ];
  const entry = Object.fromEntries(
    [...declared, ...extraEntries]
      .filter((name) => existsSync(sourceOf(name)))
      .map((name) => [name, sourceOf(name)]),
  );
  for (const name of declared.filter((name) => entry[name] === undefined)) {
    // Not fatal here, so that one unwritten subpath does not block the rest; the pack test refuses it.
    console.error(
      `${manifest.name}: package.json names dist/${name}.js, ${sourceOf(name)} is missing`,
    );
  }
  return defineConfig({
    entry,
    format: "esm",
    platform: "node",
    target: "node20",
    sourcemap: false,
    clean: ["!**/*.d.ts"], // those belong to the declarations task, which removes its own
    silent: true,
    tsconfig: new URL("./tsconfig.build.json", import.meta.url).pathname,
  });
}

/** @param {string} name */
function sourceOf(name) {
  return `src/${name}.ts`;
}

/** `./dist/parquet/worker.js` -> `parquet/worker`. @param {string} file */
function entryName(file) {
  return file.replace(/^\.\/dist\//, "").replace(/\.js$/, "");
}

export default packageBuild();
