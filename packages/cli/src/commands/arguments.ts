/** Values of options, read from text. What is wrong with one is commander's to tell. */
import { InvalidArgumentError } from "commander";

/** What `--at` takes, in the help of every command that has it. */
export const AT = "a version number, an ISO 8601 time, an operation id, a tag or a branch";

export const BRANCH = "of this branch; default main";

/** A whole number, at least `min`. */
export function wholeNumber(min: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^-?\d+$/.test(text) && Number.isSafeInteger(value) && value >= min) return value;
    throw new InvalidArgumentError(`It must be a whole number, at least ${min}.`);
  };
}

/** `a,b` */
export function nameList(text: string): string[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.every((name) => name !== "")) return names;
  throw new InvalidArgumentError("It must be names with commas between them.");
}

/** `name=type,name=type`; names may hold `=`. */
export function typeMap(text: string): ReadonlyMap<string, string> {
  const entries = text.split(",").map((entry): [string, string] => {
    const at = entry.lastIndexOf("=");
    return [entry.slice(0, Math.max(at, 0)).trim(), entry.slice(at + 1).trim()];
  });
  if (entries.every(([name, type]) => name !== "" && type !== "")) return new Map(entries);
  throw new InvalidArgumentError("It must be columns with their types, such as delay=f64?,id=str.");
}

/** One character; `\\t` is a tab. */
export function oneCharacter(text: string): string {
  const character = text === "\\t" ? "\t" : text;
  if (character.length === 1 && !/["\r\n]/.test(character)) return character;
  throw new InvalidArgumentError("It must be one character, and no quote or line break.");
}

/** A JSON object. */
export function jsonObject(text: string): Record<string, unknown> {
  const value = parseJson(text);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new InvalidArgumentError('It must be a JSON object, such as {"delay":{"gt":60}}.');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InvalidArgumentError(`It is not JSON, such as {"delay":{"gt":60}}: ${reason}.`);
  }
}

const ISO_TIME =
  /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})?)?$/;

/** An ISO 8601 date or time; UTC when it names no zone. Milliseconds since 1970. */
export function isoTime(text: string): number {
  const [, date = "", timeOfDay, zone] = ISO_TIME.exec(text) ?? [];
  // Without a zone, Date would take a time of day for local time.
  const time = Date.parse(timeOfDay && !zone ? `${text}Z` : text);
  // Date would take February 31 for March 3.
  if (!Number.isNaN(time) && isCalendarDate(date)) return time;
  throw new InvalidArgumentError("It must be ISO 8601, such as 2001-01-01T00:00:00Z.");
}

function isCalendarDate(date: string): boolean {
  const time = Date.parse(date);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(date);
}
