/** Goal: to float32 is exact, from float32 is the nearest value. Method: brute force over all patterns. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type ConvertibleDtype,
  convertTensor,
  fromFloat32,
  type Tensor,
  toFloat32,
} from "../src/index.js";
import { errorOf } from "./support/error-of.js";

type Small = Exclude<ConvertibleDtype, "F32">;

const BITS: Readonly<Record<Small, 8 | 16>> = {
  F16: 16,
  BF16: 16,
  F8_E4M3: 8,
  F8_E5M2: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
};
const smallDtypes = Object.keys(BITS) as Small[];

function patternsOf(dtype: Small): Uint8Array | Uint16Array {
  return BITS[dtype] === 8
    ? Uint8Array.from({ length: 256 }, (_, code) => code)
    : Uint16Array.from({ length: 65536 }, (_, code) => code);
}
const valuesOf = (dtype: Small) => toFloat32({ dtype, data: patternsOf(dtype) } as Tensor);
const encoded = (dtype: Small, value: number) => fromFloat32(dtype, Float32Array.of(value))[0]!;
const decoded = (dtype: Small, value: number) =>
  toFloat32({ dtype, data: fromFloat32(dtype, Float32Array.of(value)) } as Tensor)[0]!;

/** float32 of any bits, with many near the values of small floats. */
const float32 = fc
  .oneof(
    fc.integer({ min: 0, max: 0xffffffff }),
    fc
      .tuple(
        fc.nat(0xffff),
        fc.constantFrom(0, 1, -1),
        fc.constantFrom(0x8000, 0x1000, 0x80000, 0x100000),
      )
      .map(([upper, step, half]) => (upper * 0x10000 + half + step + 2 ** 32) % 2 ** 32),
    fc.integer({ min: 0x37000000, max: 0x48000000 }),
  )
  .map((bits) => new Float32Array(Uint32Array.of(bits).buffer)[0]!);

describe.each(smallDtypes)("%s", (dtype) => {
  const values = valuesOf(dtype);
  const finite = [...new Set(values)].filter(Number.isFinite).sort((a, b) => a - b);
  const largest = finite.at(-1)!;
  const beforeLargest = finite.at(-2)!;

  test("comes back from float32 with the same pattern, NaN as NaN", () => {
    const again = fromFloat32(dtype, values);
    const twice = toFloat32({ dtype, data: again } as Tensor);
    const wrong = [...values.keys()].filter((pattern) =>
      Number.isNaN(values[pattern]) ? !Number.isNaN(twice[pattern]) : again[pattern] !== pattern,
    );
    expect(wrong).toEqual([]);
  });

  test("takes the nearest value, and of two the even pattern", () => {
    fc.assert(
      fc.property(float32, (value) => {
        const isTooLarge = Math.abs(value) >= largest + (largest - beforeLargest) / 2;
        // Negative values are NaN there, and subnormal ones are rounded up.
        const isOutside = dtype === "F8_E8M0" && value < 2 ** -126;
        fc.pre(!Number.isNaN(value) && !isTooLarge && !isOutside);
        let low = 0;
        let high = finite.length - 1;
        while (high - low > 1) {
          const middle = (low + high) >> 1;
          if (finite[middle]! <= value) low = middle;
          else high = middle;
        }
        const found = decoded(dtype, value);
        const distances = [finite[low]!, finite[high]!].map((each) => Math.abs(each - value));
        expect(Math.abs(found - value)).toBe(Math.min(...distances));
        if (distances[0] === distances[1]) {
          if (dtype === "F8_E8M0") expect(found).toBe(finite[high]);
          else expect(encoded(dtype, value) % 2).toBe(0);
        }
      }),
      { numRuns: 3000 },
    );
  });

  test("makes of what is too large infinity where there is one, else NaN", () => {
    const hasInfinity = [...values].includes(Number.POSITIVE_INFINITY);
    for (const value of [Number.POSITIVE_INFINITY, 3.4e38]) {
      if (value <= largest) continue;
      expect(decoded(dtype, value)).toBe(hasInfinity ? Number.POSITIVE_INFINITY : Number.NaN);
    }
    expect(decoded(dtype, Number.NaN)).toBeNaN();
  });
});

describe("particular values", () => {
  test.each<[Small, number, number]>([
    ["F8_E4M3", 448, 0x7e],
    ["F8_E4M3", 464, 0x7e],
    ["F8_E4M3", 465, 0x7f],
    ["F8_E4M3", -1000, 0xff],
    ["F8_E5M2", 61439, 0x7b],
    ["F8_E5M2", 61440, 0x7c],
    ["F8_E5M2", Number.NEGATIVE_INFINITY, 0xfc],
    ["F8_E4M3FNUZ", 247, 0x7f],
    ["F8_E4M3FNUZ", 248, 0x80],
    ["F8_E4M3FNUZ", -1e-9, 0],
    ["F8_E5M2FNUZ", -0, 0],
    ["F8_E8M0", 0, 0],
    ["F8_E8M0", -1, 0xff],
    ["F8_E8M0", 2 ** -127, 0],
    ["F8_E8M0", 2 ** -127 * 1.001, 1],
    ["F8_E8M0", 2 ** -128, 0],
    ["F8_E8M0", 1.5, 0x80],
    ["F8_E8M0", Number.POSITIVE_INFINITY, 0xff],
    ["F16", 65520, 0x7c00],
    ["F16", 65519, 0x7bff],
    ["F16", -(2 ** -25), 0x8000],
  ])("%s of %d is %d", (dtype, value, pattern) => {
    expect(encoded(dtype, value)).toBe(pattern);
  });

  test("NaN keeps its sign in F16", () => {
    const negative = new Float32Array(Uint32Array.of(0xffc00000, 0x7fc00000).buffer);
    expect([...fromFloat32("F16", negative)]).toEqual([0xfe00, 0x7e00]);
  });

  test("a view into a larger array converts its own values only", () => {
    const all = Float32Array.of(1, 2, 3, 4);
    expect([...fromFloat32("BF16", all.subarray(1, 3))]).toEqual([0x4000, 0x4040]);
  });
});

describe("convertTensor", () => {
  test("goes by way of float32 and keeps the shape", () => {
    const tensor: Tensor = { dtype: "BF16", shape: [1, 2], data: Uint16Array.of(0x3f80, 0xc000) };
    expect(convertTensor(tensor, "F32")).toEqual({
      dtype: "F32",
      shape: [1, 2],
      data: Float32Array.of(1, -2),
    });
    expect(convertTensor(tensor, "F8_E5M2").data).toEqual(Uint8Array.of(0x3c, 0xc0));
    expect(convertTensor(tensor, "BF16")).toBe(tensor);
  });

  test.each(["F4", "F6_E2M3", "I64", "F64", "C64", "BOOL"] as const)(
    "refuses %s",
    async (dtype) => {
      const error = await errorOf(() => toFloat32({ dtype, data: new Uint8Array(1) }));
      expect(error).toMatchObject({ code: "UNSUPPORTED_DTYPE", details: { dtype } });
    },
  );
});
