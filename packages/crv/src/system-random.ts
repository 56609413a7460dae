/** The system's randomness. */
import { randomBytes } from "node:crypto";
import type { Random } from "@crv/core";

export const systemRandom: Random = {
  bytes: (count) => randomBytes(count),
  fraction: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48,
};
