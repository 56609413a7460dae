/** The programs and files that the documentation shows, for those who compile and run them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./workspace.mjs";

/** The first block of TypeScript of README.md. @returns {string} */
export function readmeExample() {
  return firstBlock("README.md", "ts");
}

/**
 * The first fenced block of a language.
 * @param {string} page path of a page from the root
 * @param {string} language as the fence names it
 * @returns {string}
 */
export function firstBlock(page, language) {
  const text = readFileSync(join(root, page), "utf8");
  const [, block] = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "ms").exec(text) ?? [];
  if (block === undefined) throw new Error(`${page} has no block of ${language}`);
  return block;
}
