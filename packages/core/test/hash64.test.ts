import { describe, expect, test } from "vitest";
import { createHash52 } from "../src/index.js";

describe("hash52", () => {
  test.each([
    // Published vectors of XXH64, seed 0: of nothing, of "a", "abc", and of 39 bytes.
    ["", "ef46db3751d8e999"],
    ["a", "d24ec4f1a98c6e5b"],
    ["abc", "44bc2cf5ad770999"],
    ["Nobody inspects the spammish repetition", "fbcea83c8a378bf1"],
  ])("of %j is the upper 52 bits of %s", async (text, xxh64) => {
    const hash = await createHash52();
    expect(hash(new TextEncoder().encode(text))).toBe(Number(BigInt(`0x${xxh64}`) >> 12n));
  });

  test("of one hasher does not depend on the calls before", async () => {
    const used = await createHash52();
    const bytes = new TextEncoder().encode("key");
    for (let length = 0; length < 100; length++) used(new Uint8Array(length));
    expect(used(bytes)).toBe((await createHash52())(bytes));
  });
});
