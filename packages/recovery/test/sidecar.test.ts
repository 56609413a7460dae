/** Goal: the bytes of a sidecar never change their meaning; a damaged one is `CORRUPT`, so that it is taken for torn. */
import { formatSidecarKey, IoManifestError } from "@crv/core";
import { encodeDocument } from "@crv/manifest";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodeSidecar,
  describeSidecar,
  encodeSidecar,
  type Sidecar,
  sidecarRef,
} from "../src/index.js";
import { DELAYS, FLIGHTS, operationIdOf, sidecarOf } from "./sample.js";

const ID = operationIdOf(7);
const golden = sidecarOf(ID, {
  base: 41,
  writerKind: "transaction",
  tables: new Map([
    [FLIGHTS, null],
    [DELAYS, 3],
  ]),
});

const GOLDEN = [
  '{"actor":"träger","base":41,"branch":"main","digest":"384a94124a6c505a3b33bfe1cd0fba5e","format":1,',
  '"lease_deadline":"2026-01-01T00:01:00.000Z","operation_id":"00000000000000000000000007",',
  '"owner":{"boot_id":"boot-1","pid":42,"pid_namespace":"4026531836","started_at":"1234567"},',
  '"part_prefix":"519ef8560f5ee0d6741c5a8a","started_at":"2026-01-01T00:00:00.000Z",',
  '"tables":{"delays":3,"flights":null},"writer_kind":"transaction"}',
].join("");

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

async function refuse(bytes: Uint8Array, why: string | RegExp = ""): Promise<void> {
  const refused = decodeSidecar(ID, bytes);
  await expect(refused).rejects.toThrow(IoManifestError);
  await expect(refused).rejects.toMatchObject({
    code: "CORRUPT",
    details: { key: formatSidecarKey(ID), why: expect.stringMatching(why) },
  });
}

describe("encodeSidecar", () => {
  test("writes these bytes, and they are it", async () => {
    expect(textOf(await encodeSidecar(golden))).toBe(GOLDEN);
    expect(await decodeSidecar(ID, new TextEncoder().encode(GOLDEN))).toEqual(golden);
  });

  test("writes companions, and they are it", async () => {
    const led = { ...golden, companions: [operationIdOf(8), operationIdOf(9)] };
    const bytes = await encodeSidecar(led);
    expect(textOf(bytes)).toContain(
      '"branch":"main","companions":["00000000000000000000000008","00000000000000000000000009"],"digest"',
    );
    expect(await decodeSidecar(ID, bytes)).toEqual(led);
  });

  test("and decodeSidecar are inverse", async () => {
    const text = fc.string({ unit: "binary", maxLength: 20 });
    const count = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
    const changes = fc.record({
      base: count,
      writerKind: text,
      actor: fc.option(text, { nil: null }),
      tables: fc
        .array(fc.tuple(fc.constantFrom(FLIGHTS, DELAYS), fc.option(count)))
        .map((pairs) => new Map(pairs)),
      owner: fc.record({ bootId: text, pidNamespace: text, pid: count, startedAt: text }),
    });
    await fc.assert(
      fc.asyncProperty(changes, async (given: Partial<Sidecar>) => {
        const sidecar = sidecarOf(ID, given);
        const bytes = await encodeSidecar(sidecar);
        expect(await decodeSidecar(ID, bytes)).toEqual(sidecar);
        expect(textOf(await encodeSidecar(await decodeSidecar(ID, bytes)))).toBe(textOf(bytes));
      }),
    );
  });
});

describe("decodeSidecar", () => {
  test("refuses one cut at any byte", async () => {
    const bytes = await encodeSidecar(golden);
    for (let end = 0; end < bytes.byteLength; end++) await refuse(bytes.slice(0, end));
  });

  test("refuses one with any one bit flipped", async () => {
    const bytes = await encodeSidecar(golden);
    for (let bit = 0; bit < bytes.byteLength * 8; bit++) {
      const flipped = bytes.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      await refuse(flipped);
    }
  });

  test("refuses one of another operation", async () => {
    await refuse(
      await encodeSidecar(sidecarOf(operationIdOf(8))),
      "it says that it is of operation",
    );
  });

  test.each([
    ["an id that is none", { operation_id: "x" }],
    ["a branch that escapes", { branch: "../main" }],
    ["a negative base", { base: -1 }],
    ["no writer kind", { writer_kind: null }],
    ["an actor that no record could name", { actor: "x".repeat(257) }],
    ["a table that escapes", { tables: { "../x": null } }],
    ["a table named __proto__", { tables: JSON.parse('{"__proto__":1}') }],
    ["a fractional expected version", { tables: { flights: 1.5 } }],
    ["tables as a list", { tables: [] }],
    ["a prefix of another length", { part_prefix: "0123" }],
    ["a prefix that escapes", { part_prefix: "../../../../../../../../.." }],
    [
      "a pid that is no number",
      { owner: { boot_id: "b", pid_namespace: "n", pid: "42", started_at: "1" } },
    ],
    ["no owner", { owner: null }],
    ["a deadline that is no time", { lease_deadline: "soon" }],
    ["a deadline without zone", { lease_deadline: "2026-01-01T00:01:00.000" }],
  ])("refuses %s, though the digest is right", async (_, change) => {
    await refuse(await encodeDocument({ ...describeSidecar(golden), ...change }), ".");
  });

  test("says of a later format that a newer release is needed: such a sidecar stays", async () => {
    const bytes = await encodeDocument({ ...describeSidecar(golden), format: 2 });
    await expect(decodeSidecar(ID, bytes)).rejects.toMatchObject({ code: "FORMAT_UNSUPPORTED" });
  });
});

describe("sidecarRef", () => {
  test("names the operation", () => {
    expect(sidecarRef(golden)).toEqual({ operationId: ID, branch: "main", base: 41 });
  });
});
