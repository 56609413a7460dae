/** The error of a filter that is not one. */
import { type ErrorDetails, IoSchemaError } from "@crv/core";

export function invalidFilter(message: string, details: ErrorDetails): IoSchemaError {
  return new IoSchemaError("INVALID_FILTER", `invalid filter: ${message}`, { details });
}
