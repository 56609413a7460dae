import { Vector } from "apache-arrow";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TextDictionary } from "../../src/arrow/text-dictionary.js";

function textsOf(dictionary: TextDictionary): unknown[] {
  return new Vector([dictionary.toUtf8()]).toJSON();
}

describe("TextDictionary", () => {
  test("gives one code to each text, from JavaScript and from bytes alike", () => {
    const entries = fc.array(
      fc.record({ text: fc.string({ unit: "grapheme", maxLength: 3 }), isBytes: fc.boolean() }),
      { maxLength: 600 },
    );
    fc.assert(
      fc.property(entries, (given) => {
        const dictionary = new TextDictionary();
        const codes = given.map(({ text, isBytes }) => {
          const bytes = Buffer.from(`<${text}>`);
          return isBytes
            ? dictionary.codeOfBytes(bytes, 1, bytes.length - 1)
            : dictionary.codeOf(text);
        });
        const distinct = [...new Set(given.map(({ text }) => text))];
        expect(codes).toEqual(given.map(({ text }) => distinct.indexOf(text)));
        expect(textsOf(dictionary)).toEqual(distinct);
      }),
    );
  });

  test("stays exact beyond what it caches", () => {
    const texts = Array.from({ length: 40_000 }, (_, index) => `text ${index}`);
    const dictionary = new TextDictionary();
    for (let round = 0; round < 2; round++) {
      expect(texts.every((text, index) => dictionary.codeOf(text) === index)).toBe(true);
    }
    expect(textsOf(dictionary)).toEqual(texts);
  });
});
