/** fixtures/vectors.json: verdicts, bytes and values of the reference library, version 0.8.0. */
import { readFileSync } from "node:fs";
import type { Dtype } from "../../src/index.js";

/** Numbers beyond 2^53-1 are written as text. */
export interface VectorTensor {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly (number | string)[];
  readonly data_hex: string;
}

interface Vectors {
  readonly reader: readonly {
    readonly name: string;
    readonly bytes_b64: string;
    readonly verdict: "accept" | "reject";
    readonly tensors?: readonly VectorTensor[];
  }[];
  readonly writer: readonly {
    readonly name: string;
    readonly metadata: Readonly<Record<string, string>> | null;
    readonly tensors: readonly (VectorTensor & { readonly shape: readonly number[] })[];
    readonly bytes_b64: string;
  }[];
  readonly f8_to_f32: Readonly<Record<string, readonly (number | string)[]>>;
  readonly f32_to_half: readonly {
    readonly f32: string;
    readonly f16: string;
    readonly bf16: string;
  }[];
}

export const vectors: Vectors = JSON.parse(
  readFileSync(new URL("../../fixtures/vectors.json", import.meta.url), "utf8"),
);

export function fromBase64(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "base64"));
}

export function fromHex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "hex"));
}

export function toHex(view: ArrayBufferView): string {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString("hex");
}
