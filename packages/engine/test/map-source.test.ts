/** Goal: what a source throws is never taken for its end, whatever is under way. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { mapSource } from "../src/map-source.js";

const turns = async (count: number): Promise<void> => {
  for (let i = 0; i < count; i++) await Promise.resolve();
};

test("the error of a source is told, however pulls and results fall together", async () => {
  const property = fc.asyncProperty(
    fc.array(fc.nat(12), { maxLength: 6 }),
    fc.nat(40),
    fc.integer({ min: 1, max: 4 }),
    async (mapped, waits, concurrency) => {
      const failure = new Error("the source broke");
      async function* source(): AsyncGenerator<number> {
        yield* mapped;
        await turns(waits);
        throw failure;
      }
      const work = mapSource(source(), turns, concurrency);
      await expect(work).rejects.toBe(failure);
    },
  );
  await fc.assert(property, { numRuns: 500 });
});

test("results are in the order of the source; the first error of the work ends it and closes the source", async () => {
  const identity = async (item: number) => turns(10 - item).then(() => item);
  expect(await mapSource([1, 2, 3, 4], identity, 3)).toEqual([1, 2, 3, 4]);
  let isClosed = false;
  async function* endless(): AsyncGenerator<number> {
    try {
      for (let i = 0; ; i++) yield i;
    } finally {
      isClosed = true;
    }
  }
  const failure = new Error("the work broke");
  const work = mapSource(endless(), (item) => (item < 3 ? item : Promise.reject(failure)), 2);
  await expect(work).rejects.toBe(failure);
  await turns(20);
  expect(isClosed).toBe(true);
});
