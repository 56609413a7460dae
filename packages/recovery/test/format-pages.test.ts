/** Goal: the worked example of docs/format/sidecar.md is what the code reads and writes. */
import { readFileSync } from "node:fs";
import { canonicalJson, formatPartPrefix, parseOperationId } from "@crv/core";
import { expect, test } from "vitest";
import { decodeSidecar, encodeSidecar } from "../src/index.js";

test("docs/format/sidecar.md: the worked example", async () => {
  const page = readFileSync(new URL("../../../docs/format/sidecar.md", import.meta.url), "utf8");
  const [, json = ""] = /^```json\n([\s\S]*?)^```$/m.exec(page) ?? [];
  const bytes = new TextEncoder().encode(canonicalJson(JSON.parse(json)));
  const id = parseOperationId(JSON.parse(json).operation_id);
  const sidecar = await decodeSidecar(id, bytes);
  expect(sidecar.partPrefix).toBe(formatPartPrefix(id));
  expect(await encodeSidecar(sidecar)).toEqual(bytes);
});
