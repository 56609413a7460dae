/** Clauses 6 and 7 of the contract: closed stores and names that no key may have. */
import { strict as assert } from "node:assert";
import { EVERY_CALL, KEYED_CALLS } from "./every-call.js";
import { bytesOf, FULL, key, keysUnder, textUnder } from "./sample.js";
import type { StoreClauses } from "./subject.js";

const HOSTILE_KEYS = [
  "",
  ".",
  "..",
  "/",
  "/etc/passwd",
  "../outside",
  "a/../../outside",
  "a/./b",
  "a//b",
  "a/",
  "a\\..\\b",
  "C:a",
  "a\0b",
  "a\nb",
  "a b",
  "a?",
  "a*",
  "trailing.",
  "ünicode",
  "x".repeat(2000),
  "_tmp",
  "_tmp/x",
];

export const refusalClauses: StoreClauses = (test) => {
  for (const [name, call] of Object.entries(KEYED_CALLS)) {
    test(`refuses in ${name} what can be no key`, async ({ store }) => {
      for (const at of HOSTILE_KEYS) {
        const promise = (async () => call(store, key(at)))();
        await assert.rejects(promise, { code: "INVALID_NAME" }, JSON.stringify(at));
      }
      assert.deepEqual(await keysUnder(store), []);
    });
  }

  test("refuses in location what can be no key", async ({ store }) => {
    for (const at of HOSTILE_KEYS) {
      assert.throws(() => store.location(key(at)), { code: "INVALID_NAME" }, JSON.stringify(at));
    }
  });

  test("removes none of several keys when one is no key", async ({ store }) => {
    await store.create(key("a"), bytesOf("a"), FULL);
    await assert.rejects(store.removeUnreferenced([key("a"), key("../b")], 1), {
      code: "INVALID_NAME",
    });
    assert.equal(await textUnder(store, key("a")), "a");
  });

  for (const [name, call] of Object.entries(EVERY_CALL)) {
    test(`refuses ${name} once closed`, async ({ store }) => {
      await store.close();
      await store.close();
      const promise = (async () => call(store, key("a")))();
      await assert.rejects(promise, { code: "CLOSED" });
    });
  }
};
