/** Goal: docs/design/defects-of-the-original.md names the packages whose tests are named after each defect. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const ROOT = new URL("../../../", import.meta.url);

test("every defect of the page has its tests, and every such test its row", () => {
  const page = readFileSync(new URL("docs/design/defects-of-the-original.md", ROOT), "utf8");
  const rows = [...page.matchAll(/^\| (\d+) \|.*\| ([a-z, ]*)\|$/gm)];
  const claimed = rows.flatMap(([, number, packages = ""]) =>
    packages.split(",").map((name) => `${name.trim()} ${number}`),
  );
  const found = readdirSync(new URL("packages/", ROOT)).flatMap((name) => {
    const file = new URL(`packages/${name}/test/defects.test.ts`, ROOT);
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    return [...text.matchAll(/test\("defect (\d+): /g)].map(([, number]) => `${name} ${number}`);
  });
  expect(rows.map(([, number]) => Number(number))).toEqual(
    Array.from({ length: 28 }, (_, i) => i + 1),
  );
  expect(claimed.filter((each) => !each.startsWith(" ")).sort()).toEqual(
    [...new Set(found)].sort(),
  );
});
