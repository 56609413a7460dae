import {
  canonicalJson,
  digestOf,
  IoManifestError,
  parseObjectKey,
  VersionMismatch,
} from "@crv/core";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { decodeDocument, encodeDocument } from "../src/index.js";

const KEY = parseObjectKey("_log/00000000000000000007.json");
const SHAPE = z.object({ format: z.literal(1), n: z.int(), text: z.string().optional() });
const BODY = { format: 1, n: 7, text: "ä" };

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const decode = (bytes: Uint8Array) => decodeDocument(KEY, bytes, SHAPE);

/** A document whose digest is right, whatever its body says. */
async function seal(body: unknown, text = canonicalJson(body)): Promise<Uint8Array> {
  const digest = await digestOf(bytesOf(text));
  return bytesOf(text.replace(/^\{/, `{"digest":"${digest}",`));
}

describe("encodeDocument", () => {
  test("is one line of canonical JSON with the digest of the rest", async () => {
    const digest = await digestOf(bytesOf('{"format":1,"n":7,"text":"ä"}'));
    expect(textOf(await encodeDocument(BODY))).toBe(
      `{"digest":"${digest}","format":1,"n":7,"text":"ä"}`,
    );
  });
});

describe("decodeDocument", () => {
  test("gives back what was encoded", async () => {
    expect(await decode(await encodeDocument(BODY))).toEqual(BODY);
  });

  test("drops members that it does not know, and leaves no prototype behind", async () => {
    const body = JSON.parse('{"format":1,"n":7,"later":{"a":1},"__proto__":{"text":"evil"}}');
    expect(await decode(await encodeDocument(body))).toStrictEqual({ format: 1, n: 7 });
  });

  const corrupt = async (bytes: Uint8Array, why: string | RegExp): Promise<void> => {
    const refused = decode(bytes);
    await expect(refused).rejects.toThrow(IoManifestError);
    await expect(refused).rejects.toMatchObject({
      code: "CORRUPT",
      action: "repair",
      message: expect.stringContaining(`${KEY} is damaged: `),
      details: { key: KEY, why: expect.stringMatching(why) },
    });
  };

  test("refuses a document cut at any byte", async () => {
    const whole = await encodeDocument(BODY);
    await corrupt(new Uint8Array(), "it is empty");
    for (let end = 1; end < whole.byteLength; end++)
      await corrupt(whole.slice(0, end), "whole JSON");
  });

  test("refuses a document with any one bit flipped", async () => {
    const whole = await encodeDocument(BODY);
    for (let bit = 0; bit < whole.byteLength * 8; bit++) {
      const flipped = whole.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      await corrupt(flipped, "");
    }
  });

  const damaged = [
    ["a byte more", (text: string) => `${text} `, "not in canonical form"],
    ["a newline at the end", (text: string) => `${text}\n`, "not in canonical form"],
    ["a byte order mark", (text: string) => `\ufeff${text}`, "not whole JSON text"],
    ["white space", (text: string) => text.replace(",", ", "), "not in canonical form"],
    [
      "a key twice",
      (text: string) => text.replace('"n":7', '"n":7,"n":7'),
      "not in canonical form",
    ],
    [
      "members in another order",
      (text: string) => text.replace(/"format":1,"n":7/, '"n":7,"format":1'),
      "not in canonical form",
    ],
    [
      "a number in another form",
      (text: string) => text.replace(":7", ":7.0"),
      "not in canonical form",
    ],
    [
      "an escape that is not needed",
      (text: string) => text.replace("ä", "\\u00e4"),
      "not in canonical form",
    ],
    ["another value", (text: string) => text.replace(":7", ":8"), "does not match its digest"],
    [
      "another format",
      (text: string) => text.replace(':1,"n"', ':2,"n"'),
      "does not match its digest",
    ],
    [
      "no digest",
      (text: string) => text.replace(/"digest":"[0-9a-f]+",/, ""),
      "does not match its digest",
    ],
    ["zeros", (text: string) => "\0".repeat(text.length), "not whole JSON text"],
  ] as const;

  test.each(damaged)("refuses %s", async (_, change, why) => {
    await corrupt(bytesOf(change(textOf(await encodeDocument(BODY)))), why);
  });

  test.each([
    ["an array", "[]"],
    ["null", "null"],
    ["a text", '"x"'],
    ["a number", "7"],
  ])("refuses %s", async (_, text) => corrupt(bytesOf(text), "not a JSON object"));

  test("refuses bytes that are no UTF-8", async () => {
    const whole = await encodeDocument(BODY);
    await corrupt(
      whole.map((byte) => (byte === 0xc3 ? 0xff : byte)),
      "not whole JSON text",
    );
  });

  test("refuses a number that JavaScript cannot hold, though its digest is right", async () => {
    await corrupt(await seal(BODY, '{"format":1,"n":9007199254740993}'), "digest|canonical");
    await corrupt(await seal({ format: 1, n: 2 ** 53 }), "n: ");
    await corrupt(await seal(BODY, '{"format":1,"n":1e400}'), "no JSON form");
  });

  test("refuses JSON nested deeper than any document", async () => {
    const deep = `{"format":1,"n":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
    await corrupt(await seal(BODY, deep), "nested deeper");
  });

  test("refuses what does not have its shape, naming the member", async () => {
    await corrupt(await encodeDocument({ format: 1, n: "7" }), /^n: /);
    await corrupt(await encodeDocument({ n: 7 }), "its format member is missing or wrong");
    await corrupt(await encodeDocument({ format: 0, n: 7 }), "its format member");
    await corrupt(await encodeDocument({ format: "1", n: 7 }), "its format member");
    await corrupt(await encodeDocument({ format: 1.5, n: 7 }), "its format member");
  });

  test("says of a later format which release reads it, whatever else is in it", async () => {
    const refused = decode(await encodeDocument({ format: 2, m: [] }));
    await expect(refused).rejects.toThrow(VersionMismatch);
    await expect(refused).rejects.toMatchObject({
      code: "FORMAT_UNSUPPORTED",
      action: "stop",
      message: `${KEY} has format 2, this release reads 1: use a newer release of crv`,
      details: { key: KEY, found: 2, supported: 1 },
    });
  });
});
