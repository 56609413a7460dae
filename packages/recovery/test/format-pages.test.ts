/** Goal: the worked examples of docs/format are what the code reads and writes. */
import { readFileSync } from "node:fs";
import { canonicalJson, formatLeaseKey, formatPartPrefix, parseOperationId } from "@crv/core";
import { expect, test } from "vitest";
import { decodeLease, decodeSidecar, encodeLease, encodeSidecar } from "../src/index.js";

function exampleOf(name: string): string {
  const page = readFileSync(new URL(`../../../docs/format/${name}`, import.meta.url), "utf8");
  const [, json = ""] = /^```json\n([\s\S]*?)^```$/m.exec(page) ?? [];
  return json;
}

test("docs/format/sidecar.md: the worked example", async () => {
  const json = exampleOf("sidecar.md");
  const bytes = new TextEncoder().encode(canonicalJson(JSON.parse(json)));
  const id = parseOperationId(JSON.parse(json).operation_id);
  const sidecar = await decodeSidecar(id, bytes);
  expect(sidecar.partPrefix).toBe(formatPartPrefix(id));
  expect(await encodeSidecar(sidecar)).toEqual(bytes);
});

test("docs/format/lease.md: the worked example", async () => {
  const bytes = new TextEncoder().encode(canonicalJson(JSON.parse(exampleOf("lease.md"))));
  const lease = await decodeLease(formatLeaseKey("01JGFJJZ00ABCDEFGHJKMNPQRS"), bytes);
  expect(lease.version).toBe(17);
  expect(await encodeLease(lease)).toEqual(bytes);
});
