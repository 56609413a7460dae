/**
 * Goal: what the code says of a page, and a page of code and other pages, is true.
 * Method: every citation in sources, every link and file name in the pages, looked up.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";

const ROOT = new URL("../../../", import.meta.url).pathname;
const LEFT_OUT = new Set(["node_modules", "dist", "results", ".turbo", ".results", "interop"]);

function filesBelow(directory: string, ending: RegExp): string[] {
  return readdirSync(join(ROOT, directory), { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return LEFT_OUT.has(entry.name) ? [] : filesBelow(path, ending);
    return ending.test(entry.name) ? [path] : [];
  });
}

const pages = [
  ...readdirSync(ROOT).filter((name) => name.endsWith(".md")),
  ...filesBelow("docs", /\.md$/),
];
const sources = ["packages", "examples"].flatMap((folder) => filesBelow(folder, /\.[cm]?[jt]s$/));
const textOf = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const exists = (path: string): boolean =>
  statSync(join(ROOT, path), { throwIfNoEntry: false }) !== undefined;

/** Titles of a page, outside code. */
function titles(page: string): string[] {
  const prose = textOf(page).replaceAll(/^```[\s\S]*?^```/gm, "");
  return [...prose.matchAll(/^#+ (.+)$/gm)].map(([, title]) => title as string);
}

/** The anchor that GitHub gives a title. */
const anchorOf = (title: string): string =>
  title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");

/** Comment text on one line each, so that a citation may be broken. */
const unbroken = (text: string): string => text.replaceAll(/\s*\n\s*(?:\*|\/\/)?\s*/g, " ");

describe("citations in sources", () => {
  const citations = sources.flatMap((source) =>
    [
      ...unbroken(textOf(source)).matchAll(
        /\bdocs\/[\w/.-]+\.md(?:, ((?:"[^"]+"(?:,? and |, )?)+))?/g,
      ),
    ].map(([cited, sections = ""]) => ({
      source,
      page: cited.replace(/, ".*$/s, ""),
      sections: [...sections.matchAll(/"([^"]+)"/g)].map(([, title]) => title as string),
    })),
  );

  test("are found at all", () => {
    expect(citations.length).toBeGreaterThan(30);
    expect(citations.filter(({ sections }) => sections.length > 0).length).toBeGreaterThan(10);
  });

  test("name pages and sections that exist", () => {
    const wrong = citations.flatMap(({ source, page, sections }) => {
      if (!exists(page)) return [`${source}: there is no ${page}`];
      const found = titles(page);
      return sections
        .filter((section) => !found.includes(section))
        .map((section) => `${source}: ${page} has no section "${section}"`);
    });
    expect(wrong).toEqual([]);
  });
});

describe("pages", () => {
  test("link to pages and sections that exist", () => {
    const wrong = pages.flatMap((page) =>
      [...textOf(page).matchAll(/\]\((?!https?:)([^)\s]*)\)/g)].flatMap(([, link = ""]) => {
        const [path = "", anchor] = link.split("#");
        const target = path === "" ? page : relative("", join(dirname(page), path));
        if (!exists(target)) return [`${page}: there is no ${target}`];
        if (anchor === undefined || titles(target).map(anchorOf).includes(anchor)) return [];
        return [`${page}: ${target} has no section #${anchor}`];
      }),
    );
    expect(wrong).toEqual([]);
  });

  test("name source files that exist", () => {
    const wrong = pages.flatMap((page) =>
      [...textOf(page).matchAll(/`((?:packages|tools|examples)\/[\w./-]+\.[cm]?[jt]s)`/g)]
        .map(([, path]) => path as string)
        .filter((path) => !exists(path))
        .map((path) => `${page}: there is no ${path}`),
    );
    expect(wrong).toEqual([]);
  });

  test("of the format are all listed in its README", () => {
    const listed = textOf("docs/format/README.md");
    const missing = readdirSync(join(ROOT, "docs/format")).filter(
      (name) => name !== "README.md" && !listed.includes(`(${name})`),
    );
    expect(missing).toEqual([]);
  });
});
