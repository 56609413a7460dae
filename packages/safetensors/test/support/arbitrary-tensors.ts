import fc from "fast-check";
import { bitsOf, DTYPES, type Dtype } from "../../src/index.js";

export interface NamedTensor {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Bytes as in a file. */
  readonly data: Uint8Array;
}

/** Names as people give them and as nobody should. */
export const tensorName = fc
  .oneof(
    fc.string({ unit: "grapheme", maxLength: 8 }),
    fc.constantFrom("", "__proto__", "10", "9", "a\u0000b", '"\\', "\u2028", "\ue000", "\u{1f600}"),
  )
  .filter((name) => name !== "__metadata__" && !/\p{Surrogate}/u.test(name));

/** Tensors of any dtype and of small shapes; values of 4 and 6 bits come in eights. */
export const namedTensors: fc.Arbitrary<NamedTensor[]> = fc.uniqueArray(
  fc
    .tuple(
      tensorName,
      fc.constantFrom(...DTYPES),
      fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }),
    )
    .chain(([name, dtype, dimensions]) => {
      const shape = bitsOf(dtype) < 8 ? [...dimensions, 8] : dimensions;
      const byteLength = (shape.reduce((a, b) => a * b, 1) * bitsOf(dtype)) / 8;
      return fc
        .uint8Array({ minLength: byteLength, maxLength: byteLength })
        .map((data) => ({ name, dtype, shape, data }));
    }),
  { selector: ({ name }) => name, maxLength: 6 },
);
