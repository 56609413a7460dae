/**
 * How every package's tests run: `test/` of a package, `<tool>/test/` of the tools. Results go to `.results/` for the summary line of `npm test`.
 */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts", "*/test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**", "check-packages/**"],
    passWithNoTests: true,
    testTimeout: 30_000, // generous: several packages share two cores
    hookTimeout: 60_000,
    pool: "threads",
    maxWorkers: 2,
    reporters: ["dot", ["json", { outputFile: ".results/vitest.json" }]],
  },
});
