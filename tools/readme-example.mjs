/** The program that README.md shows, for those who compile and run it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./workspace.mjs";

/** The first block of TypeScript. @returns {string} */
export function readmeExample() {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const [, program] = /^```ts\n(.*?)^```$/ms.exec(readme) ?? [];
  if (program === undefined) throw new Error("README.md has no block of TypeScript");
  return program;
}
