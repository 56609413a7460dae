/** Run ids for programs that do not choose their own. */
import { makeRunId as makeRunIdFrom, type RunId } from "@crv/core";
import { systemRandom } from "./system-random.js";

/**
 * `<prefix>_` and six random hex digits.
 *
 * @throws GrammarError `INVALID_NAME` when `prefix` is not lower_snake.
 */
export function makeRunId(prefix = "run"): RunId {
  return makeRunIdFrom(systemRandom, prefix);
}
