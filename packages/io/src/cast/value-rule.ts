/**
 * Which JavaScript values a column takes, and as what they are stored.
 *
 * A rule loses nothing: a value is stored so that it reads back equal, or it is refused. (The one
 * exception is f32, which has fewer digits by its nature.)
 */
import type { ErrorCode } from "@crv/core";
import type { PhysicalValue } from "@crv/core/arrow";

export interface ValueRule {
  /** `INVALID_VALUE`, of ticks `INVALID_TICK`, by what is wrong. */
  codeOf?(value: unknown): ErrorCode;
  /** The stored form; undefined when the value is refused. Never given null or undefined. */
  cast(value: unknown): PhysicalValue | undefined;
  /** Of a refused value: why, and what to pass instead. */
  remedy(value: unknown): string;
}
