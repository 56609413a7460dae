/** What the residual does: removals and replacements, all atomic for readers. */
import { strict as assert } from "node:assert";
import { formatSessionKey, formatSidecarKey } from "@crv/core";
import { OPERATION, SESSION } from "./every-call.js";
import { bytesOf, FULL, key, keysUnder, textUnder } from "./sample.js";
import type { StoreClauses } from "./subject.js";

const VIEW = key("tables/t/manifest.json");

export const residualClauses: StoreClauses = (test, { identities }) => {
  test("removes what is named and tolerates what is absent", async ({ store }) => {
    const [a, b, c] = [key("p/a"), key("p/b"), key("q/c")];
    for (const at of [a, b, c]) await store.create(at, bytesOf(at), FULL);
    await store.removeStaged(OPERATION, [a, key("p/absent"), key("nowhere/absent")]);
    await store.removeStaged(OPERATION, [a]);
    assert.deepEqual(await keysUnder(store), [b, c]);
    await store.removeUnreferenced([c, a], 1);
    await store.removeUnreferenced([], 1);
    assert.deepEqual(await keysUnder(store), [b]);
    assert.equal(await store.stat(a), undefined);
  });

  test("frees the key of what was removed", async ({ store }) => {
    await store.create(key("a"), bytesOf("old"), FULL);
    await store.removeUnreferenced([key("a")], 1);
    assert.equal((await store.create(key("a"), bytesOf("new"), FULL)).kind, "created");
    assert.equal(await textUnder(store, key("a")), "new");
  });

  test("removes the sidecar of its operation, once or again", async ({ store }) => {
    const sidecar = formatSidecarKey(OPERATION.operationId);
    await store.create(sidecar, bytesOf("{}"), FULL);
    await store.create(key("_recovery/other.json"), bytesOf("{}"), FULL);
    await store.removeSidecar(OPERATION);
    await store.removeSidecar(OPERATION);
    assert.deepEqual(await keysUnder(store), ["_recovery/other.json"]);
  });

  test("removes the note of a session, once or again", async ({ store }) => {
    await store.create(formatSessionKey(SESSION), bytesOf("{}"), FULL);
    await store.create(key("_sessions/other.json"), bytesOf("{}"), FULL);
    await store.removeSession(SESSION);
    await store.removeSession(SESSION);
    assert.deepEqual(await keysUnder(store), ["_sessions/other.json"]);
  });

  test("replaces a view, but never by an older one", async ({ store }) => {
    assert.equal(await store.replaceView(VIEW, 3, view(3)), "replaced");
    assert.equal(await store.replaceView(VIEW, 2, view(2)), "newer");
    assert.deepEqual(await store.get(VIEW, { sizeBytesMax: 1000 }), view(3));
    assert.equal(await store.replaceView(VIEW, 3, view(3, "again")), "replaced");
    assert.deepEqual(await store.get(VIEW, { sizeBytesMax: 1000 }), view(3, "again"));
    assert.equal(await store.replaceView(VIEW, 12, view(12)), "replaced");
    assert.deepEqual(await keysUnder(store), [VIEW]);
  });

  test("replaces what is no view at all", async ({ store }) => {
    for (const torn of ["", "{", "[]", "null", '{"run_version":"9"}', '{"run_version":-1}']) {
      await store.replaceHint(VIEW, bytesOf(torn));
      assert.equal(await store.replaceView(VIEW, 1, view(1)), "replaced", torn);
    }
    assert.deepEqual(await store.get(VIEW, { sizeBytesMax: 1000 }), view(1));
  });

  for (const how of ["link", "copy"] as const) {
    test(`shows a part under another name, as a ${how}`, async ({ store }) => {
      const [first, second, shown] = [key("p/first"), key("p/second"), key("v/w/shown")];
      await store.create(first, bytesOf("first"), FULL);
      await store.create(second, bytesOf("second"), FULL);
      assert.equal(await store.showPart(shown, first, how), "shown");
      assert.equal(await store.showPart(shown, first, how), "shown");
      assert.equal(await textUnder(store, shown), "first");
      assert.equal(await store.showPart(shown, second, how), "shown");
      assert.equal(await textUnder(store, shown), "second");
      assert.equal(await textUnder(store, first), "first");
      await store.removeViews([shown, key("v/absent"), key("nowhere/absent")]);
      await store.removeViews([shown]);
      assert.deepEqual(await keysUnder(store), [first, second]);
      assert.equal(await store.showPart(shown, second, how), "shown");
      assert.equal(await textUnder(store, shown), "second");
    });
  }

  if (identities) {
    test("tells a link of a part from a copy, and from every other file", async ({ store }) => {
      const [part, twin, link, copy] = [key("p/part"), key("p/twin"), key("v/link"), key("v/copy")];
      for (const at of [part, twin]) await store.create(at, bytesOf("the same"), FULL);
      await store.showPart(link, part, "link");
      await store.showPart(copy, part, "copy");
      const told = await Promise.all(
        [part, twin, link, copy].map(async (at) => (await store.stat(at))?.identity),
      );
      assert.ok(told.every((identity) => typeof identity === "string" && identity !== ""));
      assert.equal(told[2], told[0]);
      assert.equal(new Set(told).size, 3);
      await store.showPart(link, twin, "link");
      assert.equal((await store.stat(link))?.identity, told[1]);
    });
  } else {
    test("tells no identity of files", async ({ store }) => {
      await store.create(key("p/part"), bytesOf("part"), FULL);
      await store.showPart(key("v/link"), key("p/part"), "link");
      for (const at of [key("p/part"), key("v/link")]) {
        assert.equal((await store.stat(at))?.identity, undefined);
      }
    });
  }

  test("shows nothing where a directory or a file is in the way", async ({ store }) => {
    const [part, file, below] = [key("p/part"), key("v/file"), key("d/below")];
    for (const at of [part, file, below]) await store.create(at, bytesOf(at), FULL);
    assert.equal(await store.showPart(key("v/file/x"), part, "link"), "blocked");
    assert.equal(await store.showPart(key("d"), part, "link"), "blocked");
    assert.deepEqual(await keysUnder(store), [below, part, file]);
  });

  test("shows no part that is not there", async ({ store }) => {
    await assert.rejects(store.showPart(key("v/shown"), key("p/absent"), "link"), {
      code: "NOT_FOUND",
    });
    assert.deepEqual(await keysUnder(store), []);
  });

  test("sets a file aside with its bytes, and frees its key", async ({ store }) => {
    const [at, aside] = [key("p/damaged"), key("_quarantine/1/p/damaged")];
    await store.create(at, bytesOf("damaged"), FULL);
    await store.setAside(at, aside);
    await store.setAside(at, key("_quarantine/2/p/damaged"));
    await store.setAside(key("nowhere/absent"), key("_quarantine/2/absent"));
    assert.deepEqual(await keysUnder(store), [aside]);
    assert.equal(await textUnder(store, aside), "damaged");
    assert.equal((await store.create(at, bytesOf("sound"), FULL)).kind, "created");
    await assert.rejects(store.setAside(at, aside), { code: "ALREADY_EXISTS" });
    assert.equal(await textUnder(store, at), "sound");
    assert.equal(await textUnder(store, aside), "damaged");
  });

  test("replaces leases and hints, present or not", async ({ store }) => {
    for (const text of ["first", "second"]) {
      await store.replaceLease(key("_leases/l.json"), bytesOf(text));
      await store.replaceHint(key("_log/_head"), bytesOf(text));
      assert.equal(await textUnder(store, key("_leases/l.json")), text);
      assert.equal(await textUnder(store, key("_log/_head")), text);
    }
    assert.deepEqual(await keysUnder(store), ["_leases/l.json", "_log/_head"]);
  });

  test("extends a sidecar that was created", async ({ store }) => {
    const sidecar = formatSidecarKey(OPERATION.operationId);
    await store.create(sidecar, bytesOf("one table"), FULL);
    await store.replaceLease(sidecar, bytesOf("two tables"));
    assert.equal(await textUnder(store, sidecar), "two tables");
  });

  test("shows readers either the old or the new body, whole", async ({ store }) => {
    const at = key("_leases/l.json");
    const bodies = [..."abcdefgh"].map((letter) => letter.repeat(50_000));
    await store.replaceLease(at, bytesOf(bodies[0] as string));
    let isDone = false;
    const readAll = async (): Promise<void> => {
      while (!isDone) assert.ok(bodies.includes((await textUnder(store, at)) as string));
    };
    const writeAll = async (): Promise<void> => {
      for (const body of bodies) await store.replaceLease(at, bytesOf(body));
    };
    const writing = Promise.all([writeAll(), writeAll()]).finally(() => {
      isDone = true;
    });
    await Promise.all([readAll(), readAll(), writing]);
    assert.deepEqual(await keysUnder(store), [at]);
  });
};

function view(version: number, note = ""): Uint8Array {
  return bytesOf(JSON.stringify({ note, run_version: version, parts: [] }));
}
