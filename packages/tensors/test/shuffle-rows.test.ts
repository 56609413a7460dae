import fc from "fast-check";
import { expect, test } from "vitest";
import { shuffleRows } from "../src/shuffle-rows.js";

test("each row goes to its place, whole", () => {
  const permutation = fc
    .nat(40)
    .chain((count) => fc.shuffledSubarray([...Array(count).keys()], { minLength: count }));
  fc.assert(
    fc.property(permutation, fc.integer({ min: 0, max: 5 }), (order, rowBytes) => {
      const rows = order.length;
      const bytes = new Uint8Array((rows + 1) * rowBytes);
      for (let i = 0; i < rows * rowBytes; i++) bytes[i] = i;
      const before = bytes.slice();
      shuffleRows(bytes, rowBytes, Uint32Array.from(order));
      for (const [row, place] of order.entries()) {
        const found = bytes.subarray(place * rowBytes, (place + 1) * rowBytes);
        expect(found).toEqual(before.subarray(row * rowBytes, (row + 1) * rowBytes));
      }
    }),
  );
});
