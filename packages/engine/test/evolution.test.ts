/** Goal: a change of columns conflicts with those who did not see it, and drops what it drops for good. */
import { describe, test } from "vitest";
import { evolveUnderAppends } from "./support/evolution-proof.js";

describe("the columns of a table change", () => {
  test("while another process appends under the old ones", () => evolveUnderAppends());
});
