/** A part with what its commit adds to it. */
import type { PartEntry } from "@crv/core";

export interface LivePart extends PartEntry {
  /** `created_at` of the commit that added it. */
  readonly createdAt: string;
}
