/** Goal: parts of other programs are registered once. */
import { describe, test } from "vitest";
import { registerTwice } from "./support/foreign-files-proof.js";

describe("a part that another program wrote", () => {
  test("is registered once, by one process and by two", () => registerTwice());
});
