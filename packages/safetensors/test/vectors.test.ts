/** Goal: the verdicts, bytes and values of the reference, one by one. */
import { describe, expect, test } from "vitest";
import {
  type ConvertibleDtype,
  decodeHeader,
  decodeSafetensors,
  encodeSafetensors,
  fromFloat32,
  SafetensorsError,
  toFloat32,
} from "../src/index.js";
import { fromBase64, fromHex, toHex, vectors } from "./support/vectors.js";

/** What the reference takes and strict mode refuses: docs/format/safetensors.md, "Strict and lenient". */
const STRICTER: Readonly<Record<string, string>> = {
  "tensor as array form": "INVALID_HEADER",
  "shape [0,2^64-1]": "UNSAFE_INTEGER",
  "shape [2^64-1,0]": "UNSAFE_INTEGER",
  "shape 2^53+1 zero": "UNSAFE_INTEGER",
};

describe.each(["strict", "lenient"] as const)("reading, %s", (mode) => {
  test.each(vectors.reader)("$name", ({ name, bytes_b64, verdict, tensors: expected = [] }) => {
    const bytes = fromBase64(bytes_b64);
    const refusal = mode === "strict" ? STRICTER[name] : undefined;
    if (verdict === "reject" || refusal !== undefined) {
      const error = errorOf(() => decodeSafetensors(bytes, { mode }));
      expect(error).toBeInstanceOf(SafetensorsError);
      if (refusal !== undefined) expect(error.code).toBe(refusal);
      return;
    }
    const { tensors } = decodeSafetensors(bytes, { mode });
    const infos = decodeHeader(bytes, bytes.length, { mode }).tensors;
    const found = [...infos.values()].map(({ name, dtype, shape, exactShape }) => ({
      name,
      dtype,
      shape: (exactShape ?? shape).map(String),
      data_hex: toHex(tensors.get(name)!.data),
    }));
    const byName = <T extends { name: string }>(list: readonly T[]) =>
      [...list].sort((a, b) => (a.name < b.name ? -1 : 1));
    expect(byName(found)).toEqual(
      byName(expected.map((tensor) => ({ ...tensor, shape: tensor.shape.map(String) }))),
    );
  });
});

describe("writing", () => {
  test.each(vectors.writer)("$name", ({ metadata, tensors, bytes_b64 }) => {
    const file = encodeSafetensors(
      tensors.map(({ name, dtype, shape, data_hex }) => [
        name,
        { dtype, shape, data: fromHex(data_hex) },
      ]),
      metadata === null ? {} : { metadata },
    );
    expect(toHex(file)).toBe(toHex(fromBase64(bytes_b64)));
  });
});

describe("conversions", () => {
  test.each(Object.entries(vectors.f8_to_f32))("%s to float32", (dtype, expected) => {
    const data = Uint8Array.from({ length: 256 }, (_, code) => code);
    const values = toFloat32({ dtype: dtype as ConvertibleDtype & `F8_${string}`, data });
    expect([...values]).toEqual(expected.map(Number));
  });

  test.each(vectors.f32_to_half)("float32 $f32 to F16 and BF16", ({ f32, f16, bf16 }) => {
    const value = new Float32Array(new Uint32Array([Number.parseInt(f32, 16)]).buffer);
    expect(fromFloat32("F16", value)[0]).toBe(Number.parseInt(f16, 16));
    expect(fromFloat32("BF16", value)[0]).toBe(Number.parseInt(bf16, 16));
  });
});

function errorOf(call: () => unknown): SafetensorsError {
  try {
    call();
  } catch (error) {
    return error as SafetensorsError;
  }
  throw new Error("nothing was thrown");
}
