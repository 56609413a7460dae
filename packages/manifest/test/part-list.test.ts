/** Goal: a list of parts behaves as an array would, however its chunks were sealed, merged and cut. */
import type { ObjectKey } from "@crv/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type LivePart, PartList } from "../src/index.js";
import { operationIdOf, partOf } from "./sample.js";

const CREATED_AT = "2026-01-01T00:00:00.000Z";

function partsOf(first: number, count: number): LivePart[] {
  return Array.from({ length: count }, (_, i) => ({
    ...partOf(operationIdOf(first + i), 0, { bucket: (first + i) % 50 }),
    createdAt: CREATED_AT,
  }));
}

const pathsOf = (parts: Iterable<LivePart>): ObjectKey[] => [...parts].map((part) => part.path);

/** Appends `count`, or removes every `each`th of those that are there. */
const step = fc.oneof(
  fc.record({ count: fc.constantFrom(0, 1, 3, 100, 256, 700, 2100) }),
  fc.record({ each: fc.constantFrom(1, 2, 5, 40, 400) }),
);

describe("PartList", () => {
  test("is an array that shares", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        let model: LivePart[] = [];
        let list = PartList.of();
        let next = 0;
        for (const change of steps) {
          const before = [list, model] as const;
          if ("count" in change) {
            const parts = partsOf(next, change.count);
            next += change.count;
            model = [...model, ...parts];
            // What is appended beside is not seen.
            list.append(partsOf(9_000_000 + next, 2));
            list = list.append(parts);
          } else {
            const isGone = (i: number) => i % change.each === 0;
            list = list.without(pathsOf(model.filter((_, i) => isGone(i)))) as PartList;
            model = model.filter((_, i) => !isGone(i));
          }
          expect(list.length).toBe(model.length);
          expect(pathsOf(before[0])).toEqual(pathsOf(before[1]));
        }
        expect([...list]).toEqual(model);
        const asked = model.filter((p) => (p.tickMax ?? 0) >= 14_400 && (p.tickMin ?? 0) <= 20_000);
        expect(pathsOf(list.overlapping(14_400, 20_000))).toEqual(pathsOf(asked));
        for (const part of model.slice(0, 20)) expect(list.has(part.path)).toBe(true);
        expect(list.has(partsOf(8_000_000, 1)[0]!.path)).toBe(false);
      }),
      { numRuns: 40 },
    );
  });

  test("removes nothing when a path is not there", () => {
    const list = PartList.from(partsOf(0, 300));
    const [known, other] = [partsOf(7, 1)[0]!.path, partsOf(900, 1)[0]!.path];
    expect(list.without([known, other])).toBeUndefined();
    const less = list.without([known]);
    expect(less?.without([known])).toBeUndefined();
    expect(less?.has(known)).toBe(false);
    expect(list.has(known)).toBe(true);
  });

  test("gives parts without ticks for every range", () => {
    const timeless = partsOf(0, 300).map((p, i) =>
      i === 5 ? { ...p, tickMin: null, tickMax: null } : p,
    );
    expect(pathsOf(PartList.from(timeless).overlapping(1e9, 2e9))).toEqual([timeless[5]!.path]);
  });

  test("has few chunks, of which appends leave all but the last alone", () => {
    let list = PartList.of();
    let copied = 0;
    let before = new Set<unknown>();
    for (let i = 0; i < 20_000; i += 10) {
      list = list.append(partsOf(i, 10));
      const chunks = list.chunks().slice(0, -1);
      for (const { chunk } of chunks) if (!before.has(chunk)) copied += chunk.count;
      before = new Set(chunks.map(({ chunk }) => chunk));
    }
    // What was asked for as chunks, as for a checkpoint, is kept as it is from 128 parts on.
    expect(list.chunks().map(({ chunk }) => chunk.count)).toEqual([
      ...Array(4).fill(32 * 130),
      ...Array(25).fill(130),
      110,
    ]);
    // Each part in two chunks at most: of 130 and of 4,160.
    expect(copied).toBeLessThan(2 * 20_000);
  });
});
