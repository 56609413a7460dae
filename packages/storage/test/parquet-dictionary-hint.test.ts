/** Invariant: a file with the hint decodes to the values of the file without it. */
import { readFile } from "node:fs/promises";
import { type DataType, tableFromIPC } from "apache-arrow";
import { readParquet } from "parquet-wasm";
import { describe, expect, test } from "vitest";
import { DictionaryHint } from "../src/parquet/dictionary-hint.js";

const TEXTS = new Set(["observer", "tick", "not_there"]);

async function fixture(name: string): Promise<Uint8Array> {
  return await readFile(new URL(`./fixtures/${name}.parquet`, import.meta.url));
}

function hinted(hint: DictionaryHint, file: Uint8Array, texts = TEXTS): Uint8Array {
  const { pages, footer } = hint.apply(file, texts);
  return Buffer.concat([pages, footer]);
}

function decode(file: Uint8Array): { types: DataType[]; rows: string } {
  const table = tableFromIPC(readParquet(file).intoIPCStream());
  const rows = JSON.stringify(table.toArray(), (_, v: unknown) =>
    typeof v === "bigint" ? `${v}n` : v,
  );
  return { types: table.schema.fields.map(({ type }) => type), rows };
}

describe("DictionaryHint", () => {
  test.each(["polars", "pyarrow", "pyarrow-dictionary"])(
    "gives the texts of %s as a dictionary and all else as it is",
    async (name) => {
      const file = await fixture(name);
      const [plain, found] = [decode(file), decode(hinted(new DictionaryHint(), file))];
      expect(String(found.types[1])).toBe("Dictionary<Int32, Utf8>");
      expect(found.types.toSpliced(1, 1).map(String)).toEqual(
        plain.types.toSpliced(1, 1).map(String),
      );
      expect(found.rows).toBe(plain.rows);
    },
  );

  test("leaves a file that embeds no Arrow schema as it is", async () => {
    const file = await fixture("duckdb");
    expect(hinted(new DictionaryHint(), file)).toEqual(Buffer.from(file));
  });

  test("leaves a file whose embedded schema makes no sense as it is", async () => {
    const file = Buffer.from(await fixture("pyarrow"));
    const key = "ARROW:schema";
    // The value follows the key, after a byte of type and two of length.
    file.fill("A", file.lastIndexOf(key) + key.length + 3, file.length - 200);
    expect(hinted(new DictionaryHint(), file)).toEqual(file);
  });

  test("keeps schemas apart that are asked for other texts", async () => {
    const hint = new DictionaryHint();
    const file = await fixture("pyarrow");
    const none = decode(hinted(hint, file, new Set(["tick"])));
    expect(String(none.types[1])).toBe("Utf8");
    for (let i = 0; i < 2; i++) {
      expect(String(decode(hinted(hint, file)).types[1])).toBe("Dictionary<Int32, Utf8>");
    }
  });
});
