/**
 * Goal: defects of the Python original that the local store could repeat are not here. Their numbers are
 * those of the table in docs/design/defects-of-the-original.md.
 */
import { mkdir, readdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openDirectoryStore } from "../src/index.js";
import { bytesOf, FULL, key, openOptions, scratchDirectory } from "./local/scratch.js";
import { watchFileSystem } from "./local/watched-file-system.js";

describe("defects of the original", () => {
  test("defect 23: content is synced before its name, the name before anyone is told, views too", async () => {
    const path = await scratchDirectory();
    const watched = watchFileSystem(path);
    const store = await openDirectoryStore({
      ...openOptions(path),
      fileSystem: watched.fileSystem,
    });
    const record = key("_log/00000000000000000001.json");
    const view = key("tables/t/manifest.json");
    for (const [put, name, named] of [
      [() => store.create(record, bytesOf("{}"), FULL), "_log", `link ${record}`],
      [() => store.replaceView(view, 1, bytesOf("{}")), "tables/t", `rename ${view}`],
    ] as const) {
      watched.forget();
      await put();
      const at = (call: string): number => watched.calls.indexOf(call);
      expect(at("sync _tmp/…")).toBeGreaterThan(-1);
      expect(at(named)).toBeGreaterThan(at("sync _tmp/…"));
      expect(watched.calls.lastIndexOf(`sync ${name}`)).toBeGreaterThan(at(named));
    }
    await store.close();
  });

  test("defect 23: temporaries that a crash left are swept, young ones are let be", async () => {
    const path = await scratchDirectory();
    const staging = join(path, "_tmp");
    await mkdir(staging);
    const options = openOptions(path);
    const now = options.clock.now().getTime() / 1000;
    for (const [name, ageS] of [
      ["old", 2 * 24 * 3600],
      ["young", 60],
    ] as const) {
      await writeFile(join(staging, name), "");
      await utimes(join(staging, name), now - ageS, now - ageS);
    }
    const store = await openDirectoryStore(options);
    await store.close();
    expect(await readdir(staging)).toEqual(["young"]);
  });
});
