/** Goal: docs/format/safetensors.md names the codes, dtypes and limits that there are. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as safetensors from "../src/index.js";

const page = readFileSync(new URL("../../../docs/format/safetensors.md", import.meta.url), "utf8");
const section = (title: string) =>
  page.split(/^## /m).find((text) => text.startsWith(`${title}\n`)) ?? "";

test("the page has every code and no other, in their order", () => {
  const codes = [...section("Errors").matchAll(/^\| `([A-Z_0-9]+)` \|/gm)].map(([, code]) => code);
  expect(codes).toEqual(Object.keys(safetensors.SAFETENSORS_ERRORS));
});

test("the page has every dtype with its bits, in their order", () => {
  const listed = [...section("Dtypes").matchAll(/\b([A-Z][A-Z0-9_]+) (\d+)[,.]/g)];
  expect(listed.map(([, dtype, bits]) => [dtype, Number(bits)])).toEqual(
    safetensors.DTYPES.map((dtype) => [dtype, safetensors.bitsOf(dtype)]),
  );
});

test("the page has the limits", () => {
  const value = (text: string) => (text === "2^32" ? 2 ** 32 : Number(text.replaceAll(",", "")));
  const listed = [...section("Limits").matchAll(/^\| `(\w+)` \| ([\d,^]+) \|/gm)];
  expect(listed.length).toBe(5);
  for (const [, name, text = ""] of listed) {
    expect(value(text)).toBe(new Map<string, unknown>(Object.entries(safetensors)).get(name ?? ""));
  }
});
