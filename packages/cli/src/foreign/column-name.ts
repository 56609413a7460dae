/** Names of foreign columns as lower_snake names. */
import { CrvError } from "crv";

/** Names that a table's column must not have: `bucket` is computed, the others are words of filters. */
const RESERVED = new Set(["bucket", "and", "or", "not"]);

/**
 * `Origin Airport`, `originAirport` and `origin-airport` become `origin_airport`. A reserved name,
 * and one that is only digits, gets the suffix or prefix `column`.
 *
 * @throws CrvError `INVALID_ARGUMENT` when no letter or digit of a-z, 0-9 is left.
 */
export function toColumnName(source: string): string {
  const name = source
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .normalize("NFKD")
    // Accents were parted from their letters just now.
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^_+|_+$/g, "");
  if (name === "") {
    throw new CrvError(
      "INVALID_ARGUMENT",
      `column ${JSON.stringify(source)} has no letter or digit that its name could keep; name the others with --columns`,
    );
  }
  if (/^\d+$/.test(name)) return `column_${name}`;
  return RESERVED.has(name) ? `${name}_column` : name;
}
