/** Goal: the programs of the pages that introduce crv run, and print what the pages show. */
import { expect, test } from "vitest";
import { runPage } from "./support/page-example.js";
import { scratchDirectory } from "./support/scratch.js";

test.each([
  "docs/start.md",
  "docs/concepts.md",
  "docs/tables.md",
  "docs/reading.md",
  "docs/from-python.md",
])("%s", async (page) => {
  const { stdout, shown } = await runPage(page, await scratchDirectory());
  expect(stdout).toBe(shown);
});
