/**
 * A store of an earlier format is led on by steps, when it is opened to be written; any other format is
 * refused. There is one format yet, so the later ones, and the steps to them, are planted here.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { type FormatStep, openStoreRoot, type StoreFormats } from "../../src/index.js";
import { openOptions, scratchDirectory } from "./scratch.js";

const FIRST: StoreFormats = { current: 1, steps: new Map() };

let root: string;
/** Names of the steps that ran, once for each time. */
let ran: string[];

beforeEach(async () => {
  root = await scratchDirectory();
  ran = [];
  await open(FIRST);
  for (const run of ["a", "b"]) await mkdir(join(root, "runs", run), { recursive: true });
});

function open(
  formats: StoreFormats,
  { create = true, migrate = create }: { create?: boolean; migrate?: boolean } = {},
) {
  const { random, clock } = openOptions(root);
  return openStoreRoot({ root, create, migrate, formats, random, clock, newId: () => "the-store" });
}

/** Notes the format in a file of each run. */
const noting =
  (name: string, before: () => Promise<void> = async () => {}): FormatStep =>
  async (store) => {
    ran.push(name);
    for (const run of await store.listRuns()) {
      await before();
      await writeFile(join(store.runDirectory(run), "note"), name);
    }
  };

const formats = (...steps: readonly FormatStep[]): StoreFormats => ({
  current: steps.length + 1,
  steps: new Map(steps.map((step, i) => [i + 1, step])),
});

const stamp = async (): Promise<unknown> =>
  JSON.parse(await readFile(join(root, "crv.json"), "utf8"));
const note = (run: string): Promise<string> => readFile(join(root, "runs", run, "note"), "utf8");

describe("the format of a store", () => {
  test("is that of the release that made it, and is led on by each step once", async () => {
    expect(await stamp()).toMatchObject({ format: 1, store_id: "the-store" });
    const third = formats(noting("second"), noting("third"));
    expect((await open(third)).storeId).toBe("the-store");
    expect(await stamp()).toMatchObject({ format: 3, store_id: "the-store" });
    await open(third);
    expect(ran).toEqual(["second", "third"]);
    expect([await note("a"), await note("b")]).toEqual(["third", "third"]);
  });

  test("stays as it is for who only reads", async () => {
    const before = await readFile(join(root, "crv.json"));
    await open(formats(noting("second")), { create: false });
    expect(ran).toEqual([]);
    expect(await readFile(join(root, "crv.json"))).toEqual(before);
    await open(formats(noting("second")), { create: false, migrate: true });
    expect(await stamp()).toMatchObject({ format: 2 });
  });

  test("is led on by two at once", async () => {
    // Both are in the step before either of them stamps.
    let waiting = 0;
    let letGo = (): void => {};
    const both = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const meet = async (): Promise<void> => {
      if (++waiting === 2) letGo();
      await both;
    };
    const second = formats(noting("second", meet));
    const opened = await Promise.all([open(second), open(second)]);
    expect(opened.map(({ storeId }) => storeId)).toEqual(["the-store", "the-store"]);
    expect(ran).toEqual(["second", "second"]);
    expect(await stamp()).toMatchObject({ format: 2, store_id: "the-store" });
    expect([await note("a"), await note("b")]).toEqual(["second", "second"]);
  });

  test("is stamped only when the step has ended: one that was cut off runs again", async () => {
    let runs = 0;
    const dying = noting("second", async () => {
      if (++runs === 2) throw new Error("cut off");
    });
    await expect(open(formats(dying))).rejects.toThrow("cut off");
    expect(await stamp()).toMatchObject({ format: 1 });
    await open(formats(noting("second")));
    expect(await stamp()).toMatchObject({ format: 2 });
    expect([await note("a"), await note("b")]).toEqual(["second", "second"]);
  });

  test("never goes back, when another is faster", async () => {
    let isFirst = true;
    const overtaken = noting("second", async () => {
      if (!isFirst) return;
      isFirst = false;
      await open(third);
      expect(await stamp()).toMatchObject({ format: 3 });
    });
    const third = formats(overtaken, noting("third"));
    await open(third);
    expect(await stamp()).toMatchObject({ format: 3 });
    expect([await note("a"), await note("b")]).toEqual(["third", "third"]);
  });

  test("is not taken back by a release before, which is refused instead", async () => {
    const other = formats(noting("second"), noting("third"));
    const late = formats(noting("second", async () => void (await open(other))));
    await expect(open(late)).rejects.toMatchObject({ code: "FORMAT_UNSUPPORTED" });
    expect(await stamp()).toMatchObject({ format: 3 });
  });

  test.each([
    [2, FIRST, /newer release/],
    [0, FIRST, /no step/],
    [-1, FIRST, /no step/],
    [1, { current: 3, steps: new Map([[2, noting("third")]]) }, /no step/],
  ])("of number %i is refused where it cannot be read", async (format, known, remedy) => {
    const text = `{"format":${format},"store_id":"the-store"}\n`;
    await writeFile(join(root, "crv.json"), text);
    for (const create of [true, false]) {
      const opening = open(known, { create });
      await expect(opening).rejects.toMatchObject({
        code: "FORMAT_UNSUPPORTED",
        details: { found: format, supported: known.current },
      });
      await expect(opening).rejects.toThrow(remedy);
    }
    expect(ran).toEqual([]);
    expect(await readFile(join(root, "crv.json"), "utf8")).toBe(text);
  });
});
