/**
 * House rules that a formatter does not know. Each rule is a pure function of one file's path and
 * text; `problemsOf` applies those that fit the path.
 */
import posix from "node:path/posix";

/** Longer source hides a second noun. */
export const SOURCE_LINES_MAX = 400;

const CODE = /\.[cm]?[jt]s$/;
/** A folder or file name in lower-case words, `part-store.test-d.ts`; dot files keep their own name. */
const KEBAB = /^\.?[a-z0-9]+(?:[-.][a-z0-9]+)*$/;
/** Names that other programs or customs fix. */
const FIXED_NAMES = /^(?:[A-Z]+\.md|LICENSE|\.[A-Za-z.-]+|__[a-z]+__)$/;

/**
 * @typedef {{ path: string, text: string }} File `path` relative to the root, with slashes
 * @typedef {{ applies: (path: string) => boolean, find: (file: File) => string[] }} Rule
 */

/** @param {RegExp} pattern @param {string} message @returns {(file: File) => string[]} */
function everyLine(pattern, message) {
  return ({ text }) =>
    text
      .split("\n")
      .flatMap((line, index) => (pattern.test(line) ? [`${index + 1}: ${message}`] : []));
}

/** @param {string} path */
const isCode = (path) => CODE.test(path);
/** @param {string} path */
const isSource = (path) => isCode(path) && /(^|\/)src\//.test(path);
/** @param {string} path */
const isTest = (path) => /\.test(-d)?\.[cm]?[jt]s$/.test(path);
/** The rules and their tests must be able to name what they refuse. @param {string} path */
const isTidyItself = (path) => path.startsWith("tools/tidy/");

/** A store that is kept as it was written: its names are those of the format. @param {string} path */
const isStoredRun = (path) => /\/fixtures\/format-\d+\/runs\//.test(path);

/** @type {readonly Rule[]} */
const rules = [
  {
    applies: isSource,
    find({ text }) {
      const lineCount = text.trimEnd().split("\n").length;
      return lineCount > SOURCE_LINES_MAX
        ? [`${lineCount} lines, at most ${SOURCE_LINES_MAX}: a second noun is hiding here`]
        : [];
    },
  },
  {
    applies: (path) => isCode(path) && !isTidyItself(path),
    find: everyLine(/^\s*export\s*(?:type\s*)?\*/, "export *: list what is public by name"),
  },
  {
    applies: (path) => isTest(path) && !isTidyItself(path),
    find: everyLine(
      /\b(?:test|it|describe|suite)\b[\w.]*\.(?:only|skip|todo|fails)\s*\(/,
      "a test that is skipped, or that skips the others, proves nothing",
    ),
  },
  {
    applies: (path) => isCode(path) && !isTidyItself(path),
    find: everyLine(
      /\b(?:TODO|FIXME|XXX)\b/,
      "do it now, or open an issue and name it in the docs",
    ),
  },
  {
    applies: (path) => isCode(path) && !isTidyItself(path),
    find: everyLine(
      /@ts-(?:ignore|nocheck)\b/,
      "use @ts-expect-error with the reason, or fix the type",
    ),
  },
  {
    applies: (path) => !isStoredRun(path),
    find({ path }) {
      const name = posix.basename(path);
      if (/^(?:utils?|helpers?|misc|common)\./.test(name))
        return ["name the file after what it holds"];
      // Fixtures are called as the programs that wrote them call their files.
      if (path.includes("/fixtures/")) return [];
      const wrong = path.split("/").find((part) => !KEBAB.test(part) && !FIXED_NAMES.test(part));
      return wrong === undefined ? [] : [`"${wrong}" is not in kebab-case`];
    },
  },
  {
    applies: (path) => !isTidyItself(path) && path !== "pnpm-lock.yaml",
    find: everyLine(
      /(?<![\w.:/-])\/(?:home|root|Users|work|mnt|tmp)\/[\w.-]/,
      "an absolute path of some machine",
    ),
  },
  {
    applies: (path) => !isTidyItself(path),
    find: everyLine(
      /\bregistry\.[\w-]+\.\w/,
      "the host of a registry; that is the business of each machine",
    ),
  },
  {
    applies: (path) => posix.basename(path) === "pnpm-lock.yaml",
    find: everyLine(
      /https?:|\btarball:|\bregistry:/,
      "the lockfile names a host; it must work with any registry",
    ),
  },
  {
    applies: (path) => posix.basename(path) === ".npmrc",
    find: everyLine(/registry|_auth|\/\//, "a registry is the business of each machine"),
  },
  {
    applies: (path) => path.endsWith(".md"),
    find({ text }) {
      const titleCount = withoutCode(text).filter((line) => /^# /.test(line)).length;
      return titleCount === 1 ? [] : [`${titleCount} titles (#), must be one`];
    },
  },
];

/** Lines of a Markdown text outside fenced code. @param {string} text */
function withoutCode(text) {
  let isCode = false;
  return text.split("\n").filter((line) => {
    const isFence = /^\s*(?:```|~~~)/.test(line);
    if (isFence) isCode = !isCode;
    return !isCode && !isFence;
  });
}

/**
 * @param {File} file
 * @returns {string[]} messages, each beginning with the path
 */
export function problemsOf(file) {
  return rules
    .filter(({ applies }) => applies(file.path))
    .flatMap(({ find }) => find(file))
    .map((problem) => `${file.path}:${/^\d+: /.test(problem) ? "" : " "}${problem}`);
}
