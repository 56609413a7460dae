/** Settings files: which there are, and where in each the settings stand. */
import { basename } from "node:path";
import { IoConfigError, show } from "@crv/core";
import { parse as parseToml, TomlError } from "smol-toml";
import { NAMED_SETTINGS } from "./setting-names.js";
import { plainObject } from "./setting-rule.js";

type Table = Readonly<Record<string, unknown>>;

/** Settings as one file gives them, not yet checked. */
export interface FileSettings {
  readonly path: string;
  /** The table in which they stand: `io`, `tool.crv.io`; empty at the top level. */
  readonly table: string;
  readonly values: Table;
}

/** Searched in this order; the first that gives any setting is the one that counts. */
export const SETTINGS_FILES = ["crv.toml", "pyproject.toml", "package.json"] as const;

/**
 * The settings that `text` gives. A file of another name is read as `crv.toml` is.
 *
 * @throws IoConfigError `INVALID_CONFIG` naming the file, for text that is no TOML or JSON, for a table
 *   that is none, and for settings outside of `[io]` in a file that has it.
 */
export function parseSettingsFile(path: string, text: string): FileSettings {
  switch (basename(path)) {
    case "pyproject.toml":
      return tableOf(path, readToml(path, text), ["tool", "crv", "io"]);
    case "package.json":
      return tableOf(path, readJson(path, text), ["crv", "io"]);
    default:
      return ownFile(path, readToml(path, text));
  }
}

/** In a file of crv's own, `[io]`; else what stands at the top, but for the tables of other programs. */
function ownFile(path: string, document: Table): FileSettings {
  const topKeys = new Set(NAMED_SETTINGS.map(({ key }) => key.replace(/\..*/, "")));
  if (!Object.hasOwn(document, "io")) {
    const own = Object.entries(document).filter(
      ([key, value]) => topKeys.has(key) || !plainObject.isAllowed(value),
    );
    return { path, table: "", values: Object.fromEntries(own) };
  }
  const stray = Object.keys(document).find((key) => topKeys.has(key));
  if (stray === undefined) return tableOf(path, document, ["io"]);
  throw new IoConfigError(
    "INVALID_CONFIG",
    `"${stray}" stands outside of [io] in ${path}, where it would have no effect: move it into [io]`,
    { details: { file: path, key: stray, value: document[stray] } },
  );
}

function tableOf(path: string, document: Table, names: readonly string[]): FileSettings {
  let values = document;
  for (const [depth, name] of names.entries()) {
    const member = Object.hasOwn(values, name) ? values[name] : {};
    if (!plainObject.isAllowed(member)) {
      const key = names.slice(0, depth + 1).join(".");
      throw new IoConfigError(
        "INVALID_CONFIG",
        `"${key}" of ${path} must be a table of settings (got: ${show(member)})`,
        { details: { file: path, key, value: member, allowed: "a table" } },
      );
    }
    values = member;
  }
  return { path, table: names.join("."), values };
}

function readToml(path: string, text: string): Table {
  try {
    return parseToml(text);
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause;
    const [, reason = cause.message] = /^Invalid TOML document: (.*)$/m.exec(cause.message) ?? [];
    throw unreadable(path, `is not TOML: ${reason} at line ${cause.line}`, cause);
  }
}

function readJson(path: string, text: string): Table {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw unreadable(path, `is not JSON: ${(cause as Error).message}`, cause);
  }
  if (plainObject.isAllowed(value)) return value;
  throw unreadable(path, "holds no object", undefined);
}

function unreadable(path: string, why: string, cause: unknown): IoConfigError {
  return new IoConfigError("INVALID_CONFIG", `${path} ${why}; correct it`, {
    details: { file: path, why },
    cause,
  });
}
