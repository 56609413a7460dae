/** Clauses 1 to 4 of the contract: what `create` and `makeDurable` do. */
import { strict as assert } from "node:assert";
import { type ObjectKey, sealOf } from "@crv/core";
import { bytesOf, FULL, inPieces, key, keysUnder, PROCESS, pattern, textUnder } from "./sample.js";
import type { StoreClauses, TestedStore } from "./subject.js";

const RACERS = 32;
const KEY = key("_log/00000000000000000001.json");

export const createClauses: StoreClauses = (test, { shared }) => {
  for (const options of [FULL, PROCESS]) {
    test(`gives back what was created at ${options.durability}, and its seal`, async ({
      store,
    }) => {
      for (const sizeBytes of [0, 1, 4096, 1_000_003]) {
        const body = pattern(sizeBytes);
        const created = await store.create(key(`tables/t/${sizeBytes}`), body, options);
        assert.deepEqual(created, { kind: "created", seal: await sealOf(body) });
        const got = await store.get(key(`tables/t/${sizeBytes}`), { sizeBytesMax: sizeBytes });
        assert.deepEqual(got, body);
      }
    });
  }

  test("seals a body in pieces as one, though the producer reuses its buffer", async ({
    store,
  }) => {
    async function* reusing(): AsyncGenerator<Uint8Array> {
      const buffer = new Uint8Array(3);
      for (let i = 0; i < 4; i++) yield buffer.fill(i);
    }
    const whole = Uint8Array.of(0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3);
    const created = await store.create(KEY, reusing(), FULL);
    assert.deepEqual(created, { kind: "created", seal: await sealOf(whole) });
    assert.deepEqual(await store.get(KEY, { sizeBytesMax: 12 }), whole);
  });

  test("creates an empty object from no pieces", async ({ store }) => {
    await store.create(KEY, inPieces(), FULL);
    assert.equal((await store.stat(KEY))?.sizeBytes, 0);
  });

  test("answers exists and leaves the object as it was", async ({ store }) => {
    await store.create(KEY, bytesOf("first"), FULL);
    for (const options of [FULL, PROCESS]) {
      assert.deepEqual(await store.create(KEY, bytesOf("second"), options), { kind: "exists" });
      assert.deepEqual(await store.create(KEY, inPieces(), options), { kind: "exists" });
    }
    assert.equal(await textUnder(store, KEY), "first");
  });

  test("lets exactly one of many racing creates win", async ({ store }) => {
    await assertOneWinner(Array.from({ length: RACERS }, () => store));
  });

  if (shared) {
    test("lets exactly one win also among several openers", async ({ store, another }) => {
      const other = await another?.();
      assert.ok(other, "a shared store can be opened once more");
      await assertOneWinner(Array.from({ length: RACERS }, (_, i) => (i % 2 ? store : other)));
      await other.close();
    });
  }

  test("hands out every number once to workers that race for the next", async ({ store }) => {
    const take = async (worker: number): Promise<string[]> => {
      const taken: string[] = [];
      for (let version = 1; taken.length < 8; version++) {
        const at = key(`_log/${version}`);
        const outcome = await store.create(at, bytesOf(`${worker}`), PROCESS);
        if (outcome.kind === "created") taken.push(at);
      }
      return taken;
    };
    const taken = (await Promise.all([1, 2, 3, 4].map(take))).flat();
    const numbers = taken.map((at) => Number(at.slice("_log/".length))).sort((a, b) => a - b);
    assert.deepEqual(
      numbers,
      Array.from({ length: 32 }, (_, i) => i + 1),
    );
  });

  test("shows nothing of an object until all of it is there", async ({ store }) => {
    let pieces = 0;
    async function* watched(): AsyncGenerator<Uint8Array> {
      for (; pieces < 3; pieces++) {
        yield pattern(70_000, pieces);
        assert.equal(await store.stat(KEY), undefined);
        assert.equal(await store.get(KEY, { sizeBytesMax: 0 }), undefined);
        assert.deepEqual(await keysUnder(store), []);
      }
    }
    await store.create(KEY, watched(), FULL);
    assert.equal(pieces, 3);
    assert.equal((await store.stat(KEY))?.sizeBytes, 210_000);
  });

  test("creates nothing from a body that throws, and passes the error on", async ({ store }) => {
    const failure = new Error("the producer failed");
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield bytesOf("begun");
      throw failure;
    }
    await assert.rejects(store.create(KEY, failing(), FULL), (error) => error === failure);
    assert.equal(await store.stat(KEY), undefined);
    assert.deepEqual(await keysUnder(store), []);
    assert.equal((await store.create(KEY, bytesOf("whole"), FULL)).kind, "created");
  });

  test("keeps its own copy of the bytes", async ({ store }) => {
    const body = bytesOf("mine");
    await store.create(KEY, body, FULL);
    body.fill(0);
    (await store.get(KEY, { sizeBytesMax: 4 }))?.fill(1);
    assert.equal(await textUnder(store, KEY), "mine");
  });

  test("makes new directories for many creates at once", async ({ store }) => {
    const keys = Array.from({ length: RACERS }, (_, i) => key(`a/b/${i % 4}/c/${i}`));
    await Promise.all(keys.map((at) => store.create(at, bytesOf(at), FULL)));
    for (const at of keys) assert.equal(await textUnder(store, at), at);
  });

  test("makes durable what exists, and says when it does not", async ({ store }) => {
    await store.create(KEY, bytesOf("one"), PROCESS);
    assert.equal(await store.makeDurable(KEY), true);
    assert.equal(await store.makeDurable(key("_log/absent.json")), false);
    assert.equal(await store.makeDurable(key("nowhere/absent.json")), false);
    assert.equal(await textUnder(store, KEY), "one");
  });

  test("creates after what is to be durable first, and leaves what of that is absent", async ({
    store,
  }) => {
    const [first, second] = [key("tables/t/1"), key("tables/u/2")];
    for (const at of [first, second]) await store.create(at, bytesOf(at), PROCESS);
    const after = [first, second, key("tables/t/absent"), key("nowhere/absent")];
    assert.equal((await store.create(KEY, bytesOf("last"), { ...FULL, after })).kind, "created");
    assert.deepEqual(await keysUnder(store), [KEY, first, second].sort());
    const bad = { ...FULL, after: [key("../outside")] };
    await assert.rejects(store.create(key("_log/2"), bytesOf("x"), bad), { code: "INVALID_NAME" });
    assert.equal(await store.stat(key("_log/2")), undefined);
  });
};

/** Each racer writes a body of its own, half of them in pieces; the winner's is what can be read. */
async function assertOneWinner(racers: readonly TestedStore[], at: ObjectKey = KEY): Promise<void> {
  const body = (i: number): Uint8Array => pattern(5000 + i, i);
  const outcomes = await Promise.all(
    racers.map((store, i) => store.create(at, i % 4 < 2 ? body(i) : inPieces(body(i)), FULL)),
  );
  const winners = outcomes.flatMap(({ kind }, i) => (kind === "created" ? [i] : []));
  assert.equal(winners.length, 1, `winners: ${winners.join(", ")}`);
  assert.equal(outcomes.filter(({ kind }) => kind === "exists").length, racers.length - 1);
  const stored = await racers[0]?.get(at, { sizeBytesMax: 1 << 20 });
  assert.deepEqual(stored, body(winners[0] as number));
}
