/**
 * The import DAG as rules over packages/<name>/src and examples/<name>/src. The table itself is
 * tools/import-dag/table.cjs; run with `npm run deps`, which also asserts that modules were seen.
 *
 * Each rule matches the bare name as well as the file: under pnpm an undeclared import does not
 * resolve, keeps its name, and would slip past a rule about files.
 */
const {
  packages,
  exampleImports,
  OPTIONAL_PEERS,
  restricted,
  sourceOf,
} = require("./tools/import-dag/table.cjs");

/** @param {string} text */
const exactly = (text) => `^${text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")}$`;

const OURS = ["^packages/", "^examples/", "^@crv/", "^crv(/|$)"];

/**
 * @param {string} name
 * @param {string} home
 * @param {readonly string[]} imports
 */
const ownImports = (name, home, imports) => ({
  name,
  comment: `may import of ours: ${imports.join(", ") || "nothing"}`,
  severity: "error",
  from: { path: home },
  to: {
    path: OURS,
    pathNot: [home, ...imports.flatMap((entry) => [exactly(entry), exactly(sourceOf(entry))])],
  },
});

/** @param {string} owner */
const homeOf = (owner) => (owner === "examples" ? "^examples/" : `^packages/${owner}/`);

module.exports = {
  forbidden: [
    ...Object.entries(packages).map(([folder, { imports }]) =>
      ownImports(`imports-of-${folder}`, `^packages/${folder}/src/`, imports),
    ),
    ownImports("imports-of-examples", "^examples/[^/]+/src/", exampleImports),
    {
      name: "listed-packages",
      comment: "every package has a row in tools/import-dag/table.cjs",
      severity: "error",
      from: {
        path: "^packages/",
        pathNot: Object.keys(packages).map((name) => `^packages/${name}/`),
      },
      to: {},
    },
    ...restricted.map(({ rule, modules, allowed, reason }) => ({
      name: rule,
      comment: reason,
      severity: "error",
      from: { path: ["^packages/", "^examples/"], pathNot: allowed.map(homeOf) },
      to: {
        path: modules.flatMap((name) => [
          exactly(name),
          `^${name}/`,
          `(^|/)node_modules/${name}/`,
          `^packages/${name.replace(/^@crv\//, "")}/`,
        ]),
      },
    })),
    {
      name: "no-cycles",
      comment: "two files that need each other are one file, or hide a third",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "resolvable",
      comment: "the module is not found: is it in the package's own dependencies?",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, pathNot: OPTIONAL_PEERS.map(exactly) },
    },
    {
      name: "declared",
      comment: "source may import only what its own package.json lists under dependencies",
      severity: "error",
      from: {},
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown", "npm-dev"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default"],
    },
  },
};
