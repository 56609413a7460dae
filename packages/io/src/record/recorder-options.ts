/** How much a recorder holds, and when it writes. */
import { ACTOR_CHARS_MAX, IoSchemaError, MESSAGE_CHARS_MAX, show } from "@crv/core";
import { checkOptions } from "../known-keys.js";

const MIB = 1024 * 1024;
/** Timers of JavaScript end here. */
const TIMER_MS_MAX = 2 ** 31 - 1;
/** A UTF-16 unit takes up to three bytes, and a column of one batch ends at 2 GiB. */
const HELD_BYTES_MAX = 512 * MIB;

export interface RecorderOptions {
  /** Rows, of all tables, that begin a flush. Default 100,000. */
  readonly flushRows?: number;
  /** Bytes of rows, an estimate, that begin a flush. Default 32 MiB, at most half of `heldBytesMax`. */
  readonly flushBytes?: number;
  /** Age of the oldest row, in milliseconds, that begins a flush. Default 1,000. */
  readonly flushMs?: number;
  /** Bytes of rows, an estimate, beyond which `write` refuses. Default 256 MiB, at most 512 MiB. */
  readonly heldBytesMax?: number;
  /** Who writes: stands in every commit record. */
  readonly actor?: string;
  /** Why: stands in every commit record. */
  readonly message?: string;
}

export type RecorderLimits = Required<Omit<RecorderOptions, "actor" | "message">>;

const DEFAULTS: RecorderLimits = {
  flushRows: 100_000,
  flushBytes: 32 * MIB,
  flushMs: 1000,
  heldBytesMax: 256 * MIB,
};

/** @throws IoSchemaError `INVALID_ARGUMENT`. */
export function checkRecorderOptions(options: RecorderOptions): {
  readonly limits: RecorderLimits;
  readonly intent: Pick<RecorderOptions, "actor" | "message">;
} {
  checkOptions("recorder", options, [...Object.keys(DEFAULTS), "actor", "message"]);
  const { actor, message } = options;
  checkText("actor", actor, ACTOR_CHARS_MAX);
  checkText("message", message, MESSAGE_CHARS_MAX);
  const heldBytesMax = wholeNumber(options, "heldBytesMax", HELD_BYTES_MAX);
  const flushBytesMax = Math.ceil(heldBytesMax / 2);
  const limits = {
    flushRows: wholeNumber(options, "flushRows", Number.MAX_SAFE_INTEGER),
    flushBytes: wholeNumber(options, "flushBytes", flushBytesMax),
    flushMs: wholeNumber(options, "flushMs", TIMER_MS_MAX),
    heldBytesMax,
  };
  const intent = {
    ...(actor !== undefined && { actor }),
    ...(message !== undefined && { message }),
  };
  return { limits, intent };
}

function wholeNumber(options: RecorderOptions, name: keyof RecorderLimits, max: number): number {
  const value = options[name] ?? Math.min(DEFAULTS[name], max);
  if (Number.isSafeInteger(value) && value >= 1 && value <= max) return value;
  throw new IoSchemaError(
    "INVALID_ARGUMENT",
    `${name} of recorder must be a whole number from 1 to ${max} (got: ${show(value)})`,
    { details: { option: name, value, max } },
  );
}

function checkText(name: string, value: unknown, charsMax: number): void {
  if (value === undefined || (typeof value === "string" && value.length <= charsMax)) return;
  throw new IoSchemaError(
    "INVALID_ARGUMENT",
    `${name} of recorder must be a text of at most ${charsMax} characters (got: ${show(value)})`,
    { details: { option: name, value, max: charsMax } },
  );
}
