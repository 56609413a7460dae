/**
 * How every package's tests run: `test/` of a package, `<tool>/test/` of the tools. Results go to `.results/` for the summary line of `npm test`.
 */
import { defineConfig } from "vitest/config";
import { BaseSequencer } from "vitest/node";

/** Files that take minutes are begun first, so that no core is idle while the last of them runs. */
const LONGEST_FIRST = ["interleavings", "windows", "planted-bugs", "histories", "campaign", "cli"];

class LongestFirst extends BaseSequencer {
  /**
   * @override
   * @param {import("vitest/node").TestSpecification[]} files
   */
  async sort(files) {
    const rank = (/** @type {string} */ id) => {
      const found = LONGEST_FIRST.findIndex((name) => id.endsWith(`${name}.test.ts`));
      return found < 0 ? LONGEST_FIRST.length : found;
    };
    return (await super.sort(files)).sort((a, b) => rank(a.moduleId) - rank(b.moduleId));
  }
}

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts", "*/test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**", "check-packages/**"],
    passWithNoTests: true,
    testTimeout: 120_000, // for what hangs, not for what is slow: all packages share two cores
    hookTimeout: 120_000,
    pool: "threads",
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    reporters: ["dot", ["json", { outputFile: ".results/vitest.json" }]],
  },
});
