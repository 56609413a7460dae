/**
 * How every package's tests run: `test/` of a package, `<tool>/test/` of the tools. Results go to `.results/` for the summary line of `npm test`.
 */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts", "*/test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**", "check-packages/**"],
    passWithNoTests: true,
    testTimeout: 120_000, // for what hangs, not for what is slow: all packages share two cores
    hookTimeout: 120_000,
    pool: "threads",
    maxWorkers: 2,
    reporters: ["dot", ["json", { outputFile: ".results/vitest.json" }]],
  },
});
