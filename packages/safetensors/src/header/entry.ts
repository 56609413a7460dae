/** The entry of one tensor before it is checked against the data. */
import type { Dtype } from "../dtype.js";

/**
 * An entry whose form is right; whether its numbers fit the file is not yet known. `coverData` finds out
 * and fills in the rest, in place: a header may have a hundred thousand of them.
 */
export interface Entry {
  readonly name: string;
  readonly dtype: Dtype;
  shape: readonly (number | bigint)[];
  readonly begin: number;
  readonly end: number;
  elementCount: number;
}
