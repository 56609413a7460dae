/** The codec as users have it: the built package, in a process of its own. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const PROGRAM = `
  import { readFile } from "node:fs/promises";
  const [package_, file] = process.argv.slice(1);
  const { createParquetPartStore } = await import(package_);
  const bytes = await readFile(file);
  const parts = createParquetPartStore({ store: { get: async () => bytes } });
  const part = { path: "p", rows: 3, bytes: bytes.length, digest: "" };
  const table = { columns: { tick: "i64" } };
  for await (const batch of parts.read(part, table, { verify: false })) console.log(batch.numRows);
`;

test("the built package finds its worker, and its idle threads do not keep a process alive", async () => {
  const [bundle, part] = ["../dist/index.js", "./fixtures/pyarrow.parquet"].map(
    (path) => new URL(path, import.meta.url),
  ) as [URL, URL];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--input-type=module", "--eval", PROGRAM, bundle.href, fileURLToPath(part)],
    { timeout: 8000 },
  );
  expect(stdout).toBe("3\n");
});
