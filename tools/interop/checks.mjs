/** Collects what was compared, and shows it as a table: one line for each check, one column for each reader. */
import { isDeepStrictEqual } from "node:util";

const SHOWN_CHARS_MAX = 300;

export class Checks {
  /** @type {Map<string, Map<string, string>>} by check, then by reader */
  #outcomes = new Map();
  /** @type {string[]} */
  #readers = [];
  /** @type {string[]} */
  #failures = [];
  #count = 0;

  /** @param {string} reader */
  addReader(reader) {
    if (!this.#readers.includes(reader)) this.#readers.push(reader);
  }

  /**
   * @param {string} reader
   * @param {string} check
   * @param {string} where
   * @param {{ found: unknown, expected: unknown }} compared
   */
  equal(reader, check, where, { found, expected }) {
    this.addReader(reader);
    this.#count += 1;
    const outcomes = this.#outcomes.get(check) ?? new Map();
    this.#outcomes.set(check, outcomes);
    if (isDeepStrictEqual(found, expected)) {
      if (!outcomes.has(reader)) outcomes.set(reader, "ok");
      return;
    }
    outcomes.set(reader, "FAILED");
    this.#failures.push(
      `${reader}, ${check}, ${where}\n  expected ${shown(expected)}\n  found    ${shown(found)}`,
    );
  }

  get hasFailed() {
    return this.#failures.length > 0;
  }

  /** @returns {string} */
  format() {
    const lines = [["", ...this.#readers]];
    for (const [check, outcomes] of this.#outcomes) {
      lines.push([check, ...this.#readers.map((reader) => outcomes.get(reader) ?? "-")]);
    }
    const widths = lines[0]?.map((_, at) =>
      Math.max(...lines.map((line) => line[at]?.length ?? 0)),
    );
    const table = lines.map((line) =>
      line
        .map((cell, at) => cell.padEnd(widths?.[at] ?? 0))
        .join("  ")
        .trimEnd(),
    );
    const sum = `${this.#count} comparisons, ${this.#failures.length} failed`;
    return [...table, "", ...this.#failures, sum].join("\n");
  }
}

/** @param {unknown} value */
function shown(value) {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= SHOWN_CHARS_MAX ? text : `${text.slice(0, SHOWN_CHARS_MAX)}…`;
}
