/** What `get`, `stat` and `location` give. */
import { strict as assert } from "node:assert";
import { bytesOf, FULL, key } from "./sample.js";
import type { StoreClauses } from "./subject.js";

const KEY = key("tables/t/part");
const BODY = "0123456789";

export const readClauses: StoreClauses = (test, { shared, locations, durable }) => {
  test("gives undefined for what is absent, also for directories", async ({ store }) => {
    await store.create(KEY, bytesOf(BODY), FULL);
    for (const absent of ["tables", "tables/t", "tables/t/part2", "tables/t/part/x", "no/where"]) {
      assert.equal(await store.get(key(absent), { sizeBytesMax: 100 }), undefined, absent);
      assert.equal(await store.stat(key(absent)), undefined, absent);
    }
  });

  test("tells the size and time of an object", async ({ store }) => {
    await store.create(KEY, bytesOf(BODY), FULL);
    const info = await store.stat(KEY);
    assert.equal(info?.key, KEY);
    assert.equal(info.sizeBytes, BODY.length);
    assert.ok(info.modifiedAt instanceof Date && !Number.isNaN(info.modifiedAt.getTime()));
  });

  test("refuses more bytes than allowed", async ({ store }) => {
    await store.create(KEY, bytesOf(BODY), FULL);
    assert.equal((await store.get(KEY, { sizeBytesMax: 10 }))?.byteLength, 10);
    await assert.rejects(store.get(KEY, { sizeBytesMax: 9 }), { code: "LIMIT_EXCEEDED" });
    const range = { start: 2, end: 6 };
    assert.equal((await store.get(KEY, { sizeBytesMax: 4, range }))?.byteLength, 4);
    await assert.rejects(store.get(KEY, { sizeBytesMax: 3, range }), { code: "LIMIT_EXCEEDED" });
  });

  test("gives ranges, cut off at the end of the object", async ({ store }) => {
    await store.create(KEY, bytesOf(BODY), FULL);
    const text = async (start: number, end: number): Promise<string> => {
      const found = await store.get(KEY, { sizeBytesMax: 100, range: { start, end } });
      return new TextDecoder().decode(found);
    };
    assert.equal(await text(0, 10), BODY);
    assert.equal(await text(3, 5), "34");
    assert.equal(await text(8, 99), "89");
    assert.equal(await text(4, 4), "");
    assert.equal(await text(10, 12), "");
    assert.equal(await text(50, 60), "");
  });

  test("puts a range where it was told to, or gives another array of it", async ({ store }) => {
    await store.create(KEY, bytesOf(BODY), FULL);
    for (const length of [3, 2, 4]) {
      const into = new Uint8Array(length);
      const range = { start: 3, end: 6 };
      const found = await store.get(KEY, { sizeBytesMax: 100, range, into });
      assert.equal(new TextDecoder().decode(found), "345", `an array of ${length}`);
      if (found !== into) assert.deepEqual(into, new Uint8Array(length), "it is left alone");
    }
  });

  test("refuses a range that is none", async ({ store }) => {
    await store.create(KEY, bytesOf(BODY), FULL);
    const wrong = [
      [5, 4],
      [-1, 4],
      [0.5, 4],
      [0, Number.NaN],
    ] as const;
    for (const [start, end] of wrong) {
      const got = store.get(KEY, { sizeBytesMax: 100, range: { start, end } });
      await assert.rejects(got, { code: "INVALID_ARGUMENT" }, `${start} ${end}`);
    }
  });

  if (shared) {
    test("shows at once what another opener created", async ({ store, another }) => {
      const other = await another?.();
      await other?.create(KEY, bytesOf(BODY), FULL);
      assert.equal((await store.stat(KEY))?.sizeBytes, BODY.length);
      await other?.close();
    });
  }

  test("declares the capabilities that it was said to have", async ({ store }) => {
    assert.deepEqual({ ...store.capabilities }, { atomicCreate: true, durable, locations });
  });

  if (locations) {
    test("names where other programs find an object", async ({ store, readLocation }) => {
      await store.create(KEY, bytesOf(BODY), FULL);
      assert.ok(readLocation, "locations can be read");
      assert.deepEqual(new Uint8Array(await readLocation(store.location(KEY))), bytesOf(BODY));
    });
  } else {
    test("gives no location that could be taken for a path", async ({ store }) => {
      assert.match(store.location(KEY), /^[a-z]{2,}:tables\/t\/part$/);
    });
  }
};
