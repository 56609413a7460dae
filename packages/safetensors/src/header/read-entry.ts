/** The entry of one tensor, as the header writes it. Source: docs/format/safetensors.md, "Entries". */
import { type Dtype, isDtype } from "../dtype.js";
import type { SafetensorsError } from "../errors.js";
import type { JsonCursor } from "../json/json-cursor.js";
import { CompactEntryReader } from "./compact-entry.js";
import type { Entry } from "./entry.js";
import type { HeaderMode } from "./header.js";

const U64_MAX = 2n ** 64n - 1n;
const FIELDS = ["dtype", "shape", "data_offsets"] as const;

type Field = (typeof FIELDS)[number];

/** Reads entries, one after the other. Kept from entry to entry: headers have a hundred thousand of them. */
export class EntryReader {
  readonly #cursor: JsonCursor;
  readonly #mode: HeaderMode;
  readonly #compact: CompactEntryReader;
  #name = "";
  #dtype: Dtype | undefined;
  #shape: readonly (number | bigint)[] | undefined;
  #hasOffsets = false;
  #begin = 0;
  #end = 0;
  #offsetCount = 0;
  /** What an array has had so far; kept, since arrays that grow take more room than they need. */
  readonly #integers: (number | bigint)[] = [];

  constructor(cursor: JsonCursor, mode: HeaderMode) {
    this.#cursor = cursor;
    this.#mode = mode;
    this.#compact = new CompactEntryReader(cursor);
  }

  /** Reads the value at the cursor. @throws SafetensorsError `INVALID_HEADER`, `UNSAFE_INTEGER`, `INVALID_JSON` */
  read(name: string): Entry {
    return this.#compact.read(name) ?? this.#read(name);
  }

  #read(name: string): Entry {
    this.#name = name;
    this.#dtype = undefined;
    this.#shape = undefined;
    this.#hasOffsets = false;
    const kind = this.#cursor.peek();
    const { at } = this.#cursor;
    if (kind === "object") this.#cursor.object(this.#readMember);
    else if (kind === "array" && this.#mode === "lenient") this.#readArrayForm();
    else throw this.#invalid(`is ${article(kind)}, not an object`, at);
    if (this.#dtype === undefined || this.#shape === undefined || !this.#hasOffsets) {
      const missing = FIELDS.filter((field) => !this.#has(field));
      throw this.#invalid(`lacks ${missing.join(" and ")}`, at, { missing });
    }
    this.#compact.expect(this.#dtype);
    return {
      name,
      dtype: this.#dtype,
      shape: this.#shape,
      begin: this.#begin,
      end: this.#end,
      elementCount: 0,
    };
  }

  #has(field: Field): boolean {
    if (field === "dtype") return this.#dtype !== undefined;
    return field === "shape" ? this.#shape !== undefined : this.#hasOffsets;
  }

  readonly #readMember = (key: string, keyAt: number): void => {
    if (key !== "dtype" && key !== "shape" && key !== "data_offsets") {
      this.#cursor.skip();
      return;
    }
    if (this.#has(key)) throw this.#invalid(`has "${key}" twice`, keyAt, { field: key });
    this.#field(key);
  };

  #field(field: Field): void {
    if (field === "dtype") this.#dtype = this.#readDtype();
    else if (field === "shape") this.#shape = this.#readShape();
    else this.#readOffsets();
  }

  /** `["F32", [2], [0, 8]]`, which the reference takes. */
  #readArrayForm(): void {
    const { at } = this.#cursor;
    let length = 0;
    this.#cursor.array((index) => {
      length = index + 1;
      const field = FIELDS[index];
      if (field === undefined) this.#cursor.skip();
      else this.#field(field);
    });
    if (length !== FIELDS.length) throw this.#invalid(`has ${length} items, not 3`, at);
  }

  #readDtype(): Dtype {
    const kind = this.#cursor.peek();
    const { at } = this.#cursor;
    if (kind === "string") return this.#checkDtype(this.#cursor.string(), at);
    if (kind !== "object" || this.#mode === "strict") {
      throw this.#invalid(`has ${article(kind)} as dtype`, at);
    }
    // `{"F32": null}`, which the reference takes
    const names: string[] = [];
    this.#cursor.object((key) => {
      names.push(key);
      if (this.#cursor.peek() !== "null") throw this.#invalid("has an object as dtype", at);
      this.#cursor.skip();
    });
    const [name] = names;
    if (name === undefined || names.length > 1) throw this.#invalid("has an object as dtype", at);
    return this.#checkDtype(name, at);
  }

  #checkDtype(dtype: string, at: number): Dtype {
    if (isDtype(dtype)) return dtype;
    throw this.#invalid(`has an unknown dtype ${JSON.stringify(dtype)}`, at, { dtype });
  }

  #readShape(): readonly (number | bigint)[] {
    this.#checkArray("shape");
    this.#integers.length = 0;
    this.#cursor.array(this.#readDimension);
    return this.#integers.slice();
  }

  readonly #readDimension = (): void => {
    const dimension = this.#readInteger("dimension");
    if (typeof dimension === "bigint" && this.#mode === "strict") {
      throw this.#unsafe("dimension", dimension);
    }
    this.#integers.push(dimension);
  };

  #readOffsets(): void {
    this.#checkArray("data_offsets");
    const { at } = this.#cursor;
    this.#offsetCount = 0;
    this.#cursor.array(this.#readOffset);
    if (this.#offsetCount !== 2) {
      throw this.#invalid(`has ${this.#offsetCount} data_offsets, not 2`, at);
    }
    this.#hasOffsets = true;
  }

  readonly #readOffset = (): void => {
    const offset = this.#readInteger("offset");
    if (typeof offset === "bigint") throw this.#unsafe("offset", offset);
    if (this.#offsetCount === 0) this.#begin = offset;
    else this.#end = offset;
    this.#offsetCount += 1;
  };

  #checkArray(field: Field): void {
    const kind = this.#cursor.peek();
    if (kind !== "array") throw this.#invalid(`has ${article(kind)} as ${field}, not an array`);
  }

  #readInteger(what: string): number | bigint {
    const kind = this.#cursor.peek();
    const value = this.#cursor.unsigned();
    if (value === undefined) {
      if (kind === "nothing") throw this.#cursor.unexpected("a value");
      const found = kind === "number" ? "a number with sign, fraction or exponent" : article(kind);
      throw this.#invalid(`has ${found} as ${what}; it must be written in digits only`);
    }
    if (value > U64_MAX) throw this.#invalid(`has a ${what} of 2^64 or more`);
    return value;
  }

  #invalid(
    message: string,
    at: number = this.#cursor.at,
    details: Readonly<Record<string, unknown>> = {},
  ): SafetensorsError {
    return this.#cursor.fault("INVALID_HEADER", `tensor ${this.#quoted()} ${message}`, at, {
      ...details,
      tensor: this.#name,
    });
  }

  #unsafe(what: string, value: bigint): SafetensorsError {
    const message = `tensor ${this.#quoted()} has a ${what} of ${value}, beyond 2^53-1`;
    return this.#cursor.fault("UNSAFE_INTEGER", message, this.#cursor.at, {
      tensor: this.#name,
      value,
    });
  }

  #quoted(): string {
    return JSON.stringify(this.#name);
  }
}

/** `object` -> `an object`. */
export function article(kind: string): string {
  if (kind === "nothing") return "nothing that is JSON";
  if (kind === "true" || kind === "false" || kind === "null") return kind;
  return kind === "object" || kind === "array" ? `an ${kind}` : `a ${kind}`;
}
