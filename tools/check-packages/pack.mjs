/** Packs the public packages and makes a program outside the workspace that uses the tarballs. */
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { firstBlock, readmeExample } from "../readme-example.mjs";
import { collect, root } from "../workspace.mjs";

/**
 * @typedef {{
 *   name: string, version: string, private?: boolean,
 *   exports: Record<string, unknown>, bin?: Record<string, string>,
 * }} Manifest
 */

/** Manifests of all packages that are published. @returns {Manifest[]} */
export function publicManifests() {
  return readdirSync(join(root, "packages"))
    .map((folder) =>
      JSON.parse(readFileSync(join(root, "packages", folder, "package.json"), "utf8")),
    )
    .filter((manifest) => manifest.private !== true);
}

/**
 * @param {string} folder receives one tarball per public package
 * @returns {Promise<{ code: number, output: string }>}
 */
export function packAll(folder) {
  mkdirSync(folder, { recursive: true });
  const filters = publicManifests().map(({ name }) => `--filter=${name}`);
  return collect("pnpm", ["--recursive", ...filters, "pack", "--pack-destination", folder]);
}

/** File name that `pnpm pack` gives: `@crv/io` 0.1.0 -> `crv-io-0.1.0.tgz`. @param {Manifest} manifest */
export function tarballName({ name, version }) {
  return `${name.replace("@", "").replace("/", "-")}-${version}.tgz`;
}

/**
 * Writes a program whose dependencies are the tarballs, and nothing of the workspace.
 * @param {string} folder
 * @param {string} tarballs folder of the tarballs
 */
export function writeConsumer(folder, tarballs) {
  const manifests = publicManifests();
  const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const dependencies = Object.fromEntries(
    manifests.map((manifest) => [manifest.name, `file:${join(tarballs, tarballName(manifest))}`]),
  );
  cpSync(join(root, "tools", "check-packages", "consumer"), folder, { recursive: true });
  writeJson(join(folder, "package.json"), {
    name: "consumer",
    private: true,
    type: "module",
    dependencies,
    devDependencies: { "@types/node": "20", typescript: devDependencies.typescript },
    // A tarball's own dependency on @crv/core must mean the tarball of @crv/core.
    overrides: Object.fromEntries(manifests.map(({ name }) => [name, `$${name}`])),
  });
  writeFileSync(join(folder, "exports.ts"), importsOf(manifests));
  writeFileSync(join(folder, "readme-example.ts"), readmeExample());
  writeFileSync(join(folder, "settings-example.ts"), firstBlock("docs/settings.md", "ts"));
  writeFileSync(join(folder, "crv.toml"), firstBlock("docs/settings.md", "toml"));
}

/** A module that imports every entry point by name. @param {readonly Manifest[]} manifests */
function importsOf(manifests) {
  const names = manifests.flatMap(({ name, exports }) =>
    Object.keys(exports).map((subpath) => `${name}${subpath.slice(1)}`),
  );
  const imports = names.map((name, index) => `import * as m${index} from "${name}";`);
  const entries = names.map((name, index) => `  "${name}": m${index},`);
  return [...imports, "export const entryPoints = {", ...entries, "};", ""].join("\n");
}

/** @param {string} file @param {unknown} value */
function writeJson(file, value) {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}
