/** Goal: a key filter reads back as it was written, and what is none never harms its part. */
import type { KeyFilterEntry, PartEntry } from "@crv/core";
import { describe, expect, test } from "vitest";
import { partShape, writePart } from "../src/shapes.js";
import { operationIdOf, partOf } from "./sample.js";

const part = partOf(operationIdOf(1), 0);
const digest = "0123456789abcdef0123456789abcdef";

const read = (keyFilter: unknown): PartEntry =>
  partShape.parse({ ...writePart(part), key_filter: keyFilter });

describe("key filters of part entries", () => {
  test.each<[KeyFilterEntry, object]>([
    [
      { columns: ["id"], keys: 3, content: { inline: "I9wLXcbUuddA" } },
      { columns: ["id"], keys: 3, inline: "I9wLXcbUuddA" },
    ],
    [
      { columns: ["tick", "id"], keys: 120, content: { sizeBytes: 324, digest } },
      { columns: ["tick", "id"], keys: 120, bytes: 324, digest },
    ],
  ])("are written and read: %j", (keyFilter, written) => {
    expect(writePart({ ...part, keyFilter })).toEqual({ ...writePart(part), key_filter: written });
    expect(read(written)).toEqual({ ...part, keyFilter });
  });

  test("a member that is unknown is left out of sight", () => {
    expect(read({ columns: ["id"], keys: 3, inline: "AAAA", path: "../../etc" }).keyFilter).toEqual(
      {
        columns: ["id"],
        keys: 3,
        content: { inline: "AAAA" },
      },
    );
  });

  test.each([
    ["of another form", { kind: "later", blocks: 4 }],
    ["no object", "I9wLXcbUuddA"],
    ["null", null],
    ["of no key", { columns: ["id"], keys: 0, inline: "" }],
    ["of more keys than a part has rows", { columns: ["id"], keys: 2 ** 40, inline: "AAAA" }],
    ["of no column", { columns: [], keys: 1, inline: "AAAA" }],
    ["not in base64", { columns: ["id"], keys: 1, inline: "%%%%" }],
    ["too large for an entry", { columns: ["id"], keys: 1, inline: "A".repeat(348) }],
    ["too large to be read", { columns: ["id"], keys: 1, bytes: 2 ** 30, digest }],
    ["of a negative size", { columns: ["id"], keys: 1, bytes: -1, digest }],
    ["without a digest", { columns: ["id"], keys: 1, bytes: 9 }],
    ["of another digest", { columns: ["id"], keys: 1, bytes: 9, digest: "abc" }],
  ])("one that is %s is none", (_, keyFilter) => {
    expect(read(keyFilter)).toEqual(part);
  });
});
