/** A typed array that grows at its end. */
interface FixedArray<Self> {
  readonly length: number;
  readonly BYTES_PER_ELEMENT: number;
  set(source: Self, offset?: number): void;
  subarray(start?: number, end?: number): Self;
}

const CAPACITY_MIN = 1024;

/**
 * Invariant: elements beyond `length` are zero, so the rows of `extend` begin as zeros. `array` is
 * replaced when it grows: do not hold it across `extend`.
 */
export class Growable<Values extends FixedArray<Values>> {
  readonly #allocate: (length: number) => Values;
  #array: Values;
  #length = 0;

  constructor(allocate: (length: number) => Values) {
    this.#allocate = allocate;
    this.#array = allocate(0);
  }

  get array(): Values {
    return this.#array;
  }

  get length(): number {
    return this.#length;
  }

  get sizeBytes(): number {
    return this.#length * this.#array.BYTES_PER_ELEMENT;
  }

  /** Makes room for `count` more elements and returns the index of the first. */
  extend(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#array.length) this.#grow();
    return at;
  }

  /** Gives back what `extend` made room for and nothing was written to. */
  truncate(length: number): void {
    this.#length = length;
  }

  /** The elements, which the caller may keep; this starts again from nothing. */
  finish(): Values {
    const values = this.#array.subarray(0, this.#length);
    this.#array = this.#allocate(0);
    this.#length = 0;
    return values;
  }

  #grow(): void {
    const capacity = Math.max(CAPACITY_MIN, this.#length, this.#array.length * 2);
    const grown = this.#allocate(capacity);
    grown.set(this.#array);
    this.#array = grown;
  }
}
