/** Options are never ignored: a misspelt one is an error. */
import { IoSchemaError, show } from "@crv/core";
import { didYouMean } from "./closest-name.js";

/**
 * @param what Names the options in the message, for instance `append`.
 * @throws IoSchemaError `INVALID_ARGUMENT` when `options` is no object or has an unknown key.
 */
export function checkOptions(what: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new IoSchemaError(
      "INVALID_ARGUMENT",
      `options of ${what} must be an object (got: ${show(options)})`,
      { details: { what, value: options } },
    );
  }
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw new IoSchemaError(
    "INVALID_ARGUMENT",
    `${what} has no option "${unknown}"${didYouMean(unknown, known)}: use ${known.join(", ")}`,
    { details: { what, option: unknown, allowed: known } },
  );
}
