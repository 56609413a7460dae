/** `where`: a range of ticks. */
import { IoSchemaError, show } from "@crv/core";

/** Both bounds are inclusive; null, undefined or absent leaves the side open. */
export interface Where {
  readonly tickMin?: number | bigint | null | undefined;
  readonly tickMax?: number | bigint | null | undefined;
}

export interface TickRange {
  readonly tickMin?: number;
  readonly tickMax?: number;
}

const BOUNDS = ["tickMin", "tickMax"] as const;
/** As settings files and the disk spell them. */
const SNAKE_CASE: Readonly<Record<string, string>> = { tick_min: "tickMin", tick_max: "tickMax" };

/** @throws IoSchemaError `INVALID_FILTER` for any other key, for a bound that is no whole number. */
export function parseWhere(where: unknown): TickRange {
  if (where === undefined) return {};
  if (typeof where !== "object" || where === null || Array.isArray(where)) {
    throw invalid(`where must be an object (got: ${show(where)})`, { where });
  }
  for (const key of Object.keys(where)) {
    if ((BOUNDS as readonly string[]).includes(key)) continue;
    const hint = SNAKE_CASE[key] === undefined ? "" : `: write ${SNAKE_CASE[key]}`;
    throw invalid(
      `where has no bound "${key}"${hint}; use tickMin and tickMax, or filter for other columns`,
      { key, allowed: BOUNDS },
    );
  }
  const { tickMin, tickMax } = where as Where;
  const min = parseBound("tickMin", tickMin);
  const max = parseBound("tickMax", tickMax);
  if (min !== undefined && max !== undefined && min > max) {
    throw invalid(`where selects nothing: tickMin ${min} is above tickMax ${max}`, {
      tickMin: min,
      tickMax: max,
    });
  }
  return { ...(min !== undefined && { tickMin: min }), ...(max !== undefined && { tickMax: max }) };
}

function parseBound(name: string, bound: unknown): number | undefined {
  if (bound === undefined || bound === null) return undefined;
  // Beyond the safe integers there are no ticks, so rounding a BigInt there selects the same rows.
  if (typeof bound === "bigint") return Number(bound);
  if (typeof bound === "number" && Number.isInteger(bound)) return bound;
  throw invalid(`${name} must be a whole number, or null for none (got: ${show(bound)})`, {
    bound: name,
    value: bound,
  });
}

function invalid(message: string, details: Readonly<Record<string, unknown>>): IoSchemaError {
  return new IoSchemaError("INVALID_FILTER", message, { details });
}
