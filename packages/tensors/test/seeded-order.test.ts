import fc from "fast-check";
import { expect, test } from "vitest";
import { seededOrder } from "../src/seeded-order.js";

test("holds every number once, and is the same for the same seed", () => {
  fc.assert(
    fc.property(fc.nat(300), fc.integer(), fc.nat(), (count, seed, epoch) => {
      const order = seededOrder(count, seed, epoch);
      expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
      expect(seededOrder(count, seed, epoch)).toEqual(order);
    }),
  );
});

test("puts every number at every place about as often", () => {
  const counts = Array.from({ length: 4 }, () => new Array<number>(4).fill(0));
  for (let seed = 0; seed < 4000; seed++) {
    for (const [place, value] of seededOrder(4, seed).entries()) {
      (counts[place] as number[])[value] = ((counts[place] as number[])[value] as number) + 1;
    }
  }
  for (const count of counts.flat()) expect(Math.abs(count - 1000)).toBeLessThan(150);
});
