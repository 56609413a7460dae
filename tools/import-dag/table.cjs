/**
 * Who may import what: the table of ARCHITECTURE.md as data. `.dependency-cruiser.cjs` turns it
 * into rules over resolved files; tools/forbidden-apis checks the names themselves, also where
 * dependency-cruiser does not look (`require`, import types). To allow an import, change this table
 * and ARCHITECTURE.md together.
 */

/**
 * What each package is called and may import of ours, by entry point. Tests are not bound.
 * @type {Readonly<Record<string, { name: string, imports: readonly string[] }>>}
 */
const packages = {
  core: { name: "@crv/core", imports: [] },
  "storage-trait": { name: "@crv/storage-trait", imports: ["@crv/core", "@crv/core/arrow"] },
  storage: {
    name: "@crv/storage",
    imports: [
      "@crv/core",
      "@crv/core/arrow",
      "@crv/storage-trait",
      "@crv/storage-trait/object-store",
      "@crv/storage-trait/parts",
      "@crv/storage-trait/residual",
      "@crv/storage-trait/liveness",
      "@crv/storage-trait/seal",
    ],
  },
  manifest: {
    name: "@crv/manifest",
    imports: ["@crv/core", "@crv/storage-trait", "@crv/storage-trait/object-store"],
  },
  recovery: {
    name: "@crv/recovery",
    imports: [
      "@crv/core",
      "@crv/storage-trait",
      "@crv/storage-trait/object-store",
      "@crv/storage-trait/residual",
      "@crv/storage-trait/liveness",
      "@crv/manifest",
    ],
  },
  engine: {
    name: "@crv/engine",
    imports: [
      "@crv/core",
      "@crv/core/arrow",
      "@crv/storage-trait",
      "@crv/storage-trait/object-store",
      "@crv/storage-trait/parts",
      "@crv/storage-trait/residual",
      "@crv/storage-trait/liveness",
      "@crv/storage-trait/seal",
      "@crv/manifest",
      "@crv/recovery",
    ],
  },
  io: {
    name: "@crv/io",
    imports: ["@crv/core", "@crv/core/arrow", "@crv/core/models", "@crv/storage-trait"],
  },
  safetensors: { name: "@crv/safetensors", imports: [] },
  tensors: {
    name: "@crv/tensors",
    imports: ["@crv/core", "@crv/core/arrow", "@crv/storage-trait", "@crv/safetensors"],
  },
  crv: {
    name: "crv",
    imports: [
      "@crv/core",
      "@crv/core/arrow",
      "@crv/core/models",
      "@crv/storage-trait",
      "@crv/storage-trait/object-store",
      "@crv/storage-trait/parts",
      "@crv/storage-trait/residual",
      "@crv/storage-trait/liveness",
      "@crv/storage",
      "@crv/manifest",
      "@crv/recovery",
      "@crv/engine",
      "@crv/io",
      "@crv/safetensors",
      "@crv/tensors",
    ],
  },
  cli: { name: "@crv/cli", imports: ["crv"] },
};

/** What an example may import of ours: it is a user. */
const exampleImports = ["crv", "crv/models"];

/** What users may bring: not installed here, so that it cannot be needed. */
const OPTIONAL_PEERS = ["nodejs-polars"];

/**
 * Modules that only some packages may import. `examples` stands for every example.
 * @type {readonly { rule: string, modules: readonly string[], allowed: readonly string[], reason: string }[]}
 */
const restricted = [
  {
    rule: "file-system",
    modules: ["fs", "node:fs", "fs/promises", "node:fs/promises"],
    allowed: ["storage", "safetensors", "cli", "examples"],
    reason: "only storage touches files; take an ObjectStore, or a read function from the facade",
  },
  {
    rule: "parquet-codec",
    modules: ["parquet-wasm"],
    allowed: ["storage"],
    reason: "only storage holds the Parquet codec; take a PartStore",
  },
  {
    rule: "worker-pool",
    modules: ["piscina"],
    allowed: ["storage"],
    reason: "only storage runs workers",
  },
  {
    rule: "optional-peers",
    modules: OPTIONAL_PEERS,
    allowed: ["io"],
    reason: "only io hands tables to what users may bring",
  },
  {
    rule: "higher-layers",
    modules: ["world", "mind", "lab", "viz", "app"].flatMap((layer) => [layer, `@crv/${layer}`]),
    allowed: [],
    reason: "higher layers import crv, never the other way round",
  },
];

/**
 * The source file behind one of our entry points: `@crv/storage-trait/seal` ->
 * `packages/storage-trait/src/seal.ts`.
 * @param {string} specifier
 */
function sourceOf(specifier) {
  const [folder, subpath = "index"] = specifier.replace(/^@crv\//, "").split("/");
  return `packages/${folder}/src/${subpath}.ts`;
}

/**
 * Why source of `owner` (a folder of packages/, or "examples") must not import `specifier`;
 * undefined when it may. Relative names are not judged.
 * @param {string} owner
 * @param {string} specifier
 * @returns {string | undefined}
 */
function importRefusal(owner, specifier) {
  const listed = restricted.find(({ modules }) =>
    modules.some((name) => specifier === name || specifier.startsWith(`${name}/`)),
  );
  if (listed !== undefined) return listed.allowed.includes(owner) ? undefined : listed.reason;
  if (!/^(@crv\/|crv$|crv\/)/.test(specifier)) return undefined;
  const allowed = owner === "examples" ? exampleImports : (packages[owner]?.imports ?? []);
  if (allowed.includes(specifier)) return undefined;
  return allowed.length === 0
    ? `${owner} imports nothing of ours`
    : `${owner} may import of ours only ${allowed.join(", ")}`;
}

module.exports = { packages, exampleImports, OPTIONAL_PEERS, restricted, sourceOf, importRefusal };
