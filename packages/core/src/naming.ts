/**
 * lower_snake: groups of a-z and 0-9 joined by single underscores. Rule of every table, column and
 * serialized enum value. A group may begin with a digit; no leading, trailing or double underscore.
 */
import { GrammarError, show } from "./errors.js";

const LOWER_SNAKE = /^[a-z0-9]+(?:_[a-z0-9]+)*$/;

export function isLowerSnake(value: unknown): value is string {
  return typeof value === "string" && LOWER_SNAKE.test(value);
}

/**
 * @param what Name of the thing in the message.
 * @throws GrammarError `INVALID_NAME`.
 */
export function checkLowerSnake(value: unknown, what = "value"): string {
  if (isLowerSnake(value)) return value;
  throw new GrammarError(
    "INVALID_NAME",
    `${what} must be lower_snake (got: ${show(value)}): use a-z, 0-9 and single underscores`,
    { details: { what, value } },
  );
}
