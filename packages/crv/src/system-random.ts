/** The system's randomness. */
import { randomBytes, randomInt } from "node:crypto";
import type { Random } from "@crv/core";

export const systemRandom: Random = {
  bytes: (count) => randomBytes(count),
  fraction: () => randomInt(2 ** 47) / 2 ** 47,
};
