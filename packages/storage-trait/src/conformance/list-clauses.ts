/** Clause 5 of the contract: what `list` gives. */
import { strict as assert } from "node:assert";
import { bytesOf, FULL, key, keysUnder, PROCESS } from "./sample.js";
import type { StoreClauses } from "./subject.js";

/**
 * In byte order. That is neither the order in which directories are walked ("-" and "." precede "/")
 * nor that of any language (capitals precede "_", which precedes small letters).
 */
const KEYS = [
  "Z/a",
  "_log/00000000000000000001.json",
  "_log/00000000000000000010.json",
  "a",
  "b-c/d",
  "b.c",
  "b/a/z",
  "b/c",
  "b/c-d",
  "b/c0/x",
  "b0",
];

export const listClauses: StoreClauses = (test) => {
  test("lists keys at any depth in byte order", async ({ store }) => {
    for (const at of [...KEYS].reverse()) await store.create(key(at), bytesOf(at), PROCESS);
    assert.deepEqual(await keysUnder(store), KEYS);
  });

  test("lists below a prefix only", async ({ store }) => {
    for (const at of KEYS) await store.create(key(at), bytesOf(at), PROCESS);
    assert.deepEqual(await keysUnder(store, "b/"), ["b/a/z", "b/c", "b/c-d", "b/c0/x"]);
    assert.deepEqual(await keysUnder(store, "b/c0/"), ["b/c0/x"]);
    assert.deepEqual(await keysUnder(store, "a/"), []);
    assert.deepEqual(await keysUnder(store, "nowhere/at/all/"), []);
  });

  test("goes on after a key, whether that key exists or not", async ({ store }) => {
    for (const at of KEYS) await store.create(key(at), bytesOf(at), PROCESS);
    for (let i = 0; i < KEYS.length; i++) {
      assert.deepEqual(await keysUnder(store, "", key(KEYS[i] as string)), KEYS.slice(i + 1));
    }
    assert.deepEqual(await keysUnder(store, "b/", key("b/b")), ["b/c", "b/c-d", "b/c0/x"]);
    assert.deepEqual(await keysUnder(store, "b/", key("b/c/zzz")), ["b/c0/x"]);
    assert.deepEqual(await keysUnder(store, "b/", key("zzz")), []);
    assert.deepEqual(await keysUnder(store, "b/", key("Y")), ["b/a/z", "b/c", "b/c-d", "b/c0/x"]);
  });

  test("tells sizes and times", async ({ store }) => {
    await store.create(key("a"), bytesOf("1234"), FULL);
    for await (const info of store.list("")) {
      assert.deepEqual(info, await store.stat(key("a")));
    }
  });

  test("can be left early and begun again", async ({ store }) => {
    for (const at of KEYS) await store.create(key(at), bytesOf(at), PROCESS);
    for await (const info of store.list("")) {
      assert.equal(info.key, KEYS[0]);
      break;
    }
    assert.equal((await keysUnder(store)).length, KEYS.length);
  });

  test("bears that objects come while it lists", async ({ store }) => {
    for (const at of KEYS) await store.create(key(at), bytesOf(at), PROCESS);
    const listed: string[] = [];
    for await (const info of store.list("")) {
      listed.push(info.key);
      await store.create(key(`${info.key}+`), bytesOf(""), PROCESS);
    }
    assert.deepEqual(
      listed.filter((at) => !at.endsWith("+")),
      KEYS,
    );
    assert.deepEqual(listed, [...listed].sort());
  });

  test("refuses a prefix that is no directory of keys", async ({ store }) => {
    for (const prefix of ["a", "/", "../", "a//", "a/../", "/a/"]) {
      await assert.rejects(keysUnder(store, prefix), { code: "INVALID_NAME" }, prefix);
    }
  });
};
