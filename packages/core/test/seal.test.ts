import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  checkSeal,
  createDigester,
  digestOf,
  IoError,
  parseObjectKey,
  sealOf,
} from "../src/index.js";

const KEY = parseObjectKey("tables/t/part");
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("digestOf", () => {
  test.each([
    // XXH3-128 of the empty input is a published test vector; the other pins our seed and byte order.
    ["", "99aa06d3014798d86001c324468d497f"],
    ["abc", "06b05ab6733a618578af5f94892f3950"],
  ])("of %j is %s", async (text, digest) => expect(await digestOf(bytesOf(text))).toBe(digest));

  test("serves many callers at once", async () => {
    const texts = Array.from({ length: 200 }, (_, i) => `text ${i}`);
    const alone: string[] = [];
    for (const text of texts) alone.push(await digestOf(bytesOf(text)));
    expect(await Promise.all(texts.map((text) => digestOf(bytesOf(text))))).toEqual(alone);
    expect(new Set(alone).size).toBe(texts.length);
  });
});

describe("createDigester", () => {
  test("gives the same digest however the bytes are cut", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 300 })), async (pieces) => {
        const digester = await createDigester();
        for (const piece of pieces) digester.update(piece);
        expect(digester.finish()).toBe(await digestOf(Buffer.concat(pieces)));
      }),
      { numRuns: 30 },
    );
  });
});

describe("checkSeal", () => {
  test("accepts the sealed bytes", async () => {
    const bytes = bytesOf("content");
    const seal = await sealOf(bytes);
    expect(seal).toEqual({ sizeBytes: 7, digest: await digestOf(bytes) });
    await expect(checkSeal(KEY, bytes, seal)).resolves.toBeUndefined();
  });

  test.each([
    ["bytes that are missing", "conten", "has 6 bytes instead of 7"],
    ["bytes that were added", "content!", "has 8 bytes instead of 7"],
    ["no bytes", "", "has 0 bytes instead of 7"],
    ["a changed bit", "contenu", "does not match its digest"],
  ])("refuses %s", async (_, text, message) => {
    const seal = await sealOf(bytesOf("content"));
    const refused = checkSeal(KEY, bytesOf(text), seal);
    await expect(refused).rejects.toThrow(IoError);
    await expect(refused).rejects.toMatchObject({
      code: "CORRUPT",
      message: expect.stringContaining(`${KEY} ${message}`),
      details: { key: KEY },
    });
  });
});
