/** Which versions run: what a run bundle says of its environment. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Version of the package that a module belongs to.
 *
 * @param moduleUrl `import.meta.url` of the module.
 * @returns null when no package.json above it names one, as in a bundle of an application.
 */
export function packageVersion(moduleUrl: string): string | null {
  let directory = dirname(fileURLToPath(moduleUrl));
  for (;;) {
    const version = versionIn(join(directory, "package.json"));
    if (version !== null) return version;
    const parent = dirname(directory);
    if (parent === directory) return null;
    directory = parent;
  }
}

/** Versions of the libraries that encode and decode parts; null where one cannot be found. */
export function codecVersions(): {
  readonly apacheArrow: string | null;
  readonly parquetWasm: string | null;
} {
  return {
    apacheArrow: libraryVersion("apache-arrow"),
    parquetWasm: libraryVersion("parquet-wasm"),
  };
}

function libraryVersion(name: string): string | null {
  try {
    return packageVersion(import.meta.resolve(name));
  } catch {
    return null;
  }
}

function versionIn(file: string): string | null {
  try {
    const { version } = JSON.parse(readFileSync(file, "utf8")) as { readonly version?: unknown };
    return typeof version === "string" ? version : null;
  } catch {
    return null;
  }
}
