/**
 * Goal: what a CSV file says is what its records hold: empty is null, `""` is an empty text, and each record
 * knows its line.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readCsv } from "../src/foreign/csv-records.js";
import type { TextRecord } from "../src/foreign/text-records.js";
import { formatCsv } from "../src/format/row-format.js";

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "crv-csv-"));
});

afterAll(async () => {
  await rm(directory, { recursive: true });
});

async function read(text: string | Uint8Array, delimiter = ",", nulls: readonly string[] = []) {
  const path = join(directory, "file.csv");
  await writeFile(path, text);
  const records: TextRecord[] = [];
  for await (const record of readCsv({ path, delimiter, nulls: new Set(nulls) })) {
    records.push(record);
  }
  return records;
}

test("empty is null, quoted empty is an empty text, also beside quotes and line breaks", async () => {
  const records = await read('\ufeffa,,""\r\n"x""y\nz","",\r\n"","""",\n,"a,b",""', ",");
  expect(records).toEqual([
    { line: 1, cells: ["a", null, ""] },
    { line: 2, cells: ['x"y\nz', "", null] },
    { line: 4, cells: ["", '"', null] },
    { line: 5, cells: [null, "a,b", ""] },
  ]);
});

test("other texts may mean null", async () => {
  expect(await read("NA;x;NULL\n", ";", ["NA", "NULL"])).toEqual([
    { line: 1, cells: [null, "x", null] },
  ]);
});

test.each([
  ["a quote that is never closed", 'a,b\n1,"2\n3,4\n', "line 2: a quote is opened here"],
  ["a quote inside a bare cell", 'a,b\n1,x"2\n', "line 2: "],
  ["text after a quoted cell", 'a,b\n1,"2"x\n', "line 2: "],
  ["Latin-1", Uint8Array.of(0x61, 10, 0x62, 10, 0xe9, 10), "line 3: the text is not UTF-8"],
  ["half a character at the end", Uint8Array.of(0x61, 10, 0xc3), "line 2: the text is not UTF-8"],
  ["damaged gzip", Uint8Array.of(0x1f, 0x8b, 8, 0, 0), "cannot be unpacked"],
])("refuses %s, naming the line", async (_, text, message) => {
  await expect(read(text)).rejects.toMatchObject({
    code: "INVALID_ARGUMENT",
    message: expect.stringContaining(message),
  });
});

test("every text that formatCsv writes is read back, nulls apart from empty texts", async () => {
  const cell = fc.option(fc.string({ unit: fc.constantFrom(..."a\"',;\r\n\t \ufeffé😀") }), {
    nil: null,
  });
  const rows = fc.array(fc.record({ one: cell, two: cell, three: cell }), { minLength: 1 });
  await fc.assert(
    fc.asyncProperty(rows, async (written) => {
      const head = { one: "h", two: "h", three: "h" };
      const records = await read(formatCsv([head, ...written], { safely: false }));
      const cells = records.slice(1).map((record) => record.cells);
      expect(cells).toEqual(written.map(({ one, two, three }) => [one, two, three]));
    }),
    { numRuns: 200 },
  );
});
