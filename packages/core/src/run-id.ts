/** Generated run ids: `<prefix>_` and six hex digits (24 random bits). Not unique by themselves. */

import type { RunId } from "./id-types.js";
import { parseRunId } from "./ids.js";
import { checkLowerSnake } from "./naming.js";
import type { Random } from "./random.js";

/** @throws GrammarError `INVALID_NAME` when `prefix` is not lower_snake. */
export function makeRunId(random: Random, prefix = "run"): RunId {
  checkLowerSnake(prefix, "run id prefix");
  return parseRunId(`${prefix}_${Buffer.from(random.bytes(3)).toString("hex")}`);
}
