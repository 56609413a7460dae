/**
 * A process that creates `<count>` keys in order, as fast as it can, and prints what it was answered.
 * Arguments: directory, seed, count. Starts when its input ends.
 */
import { openDirectoryStore } from "@crv/storage";
import { SimulatedClock, seededRandom } from "@crv/storage-trait/testing";

const [path = "", seed, count] = process.argv.slice(2);
const store = await openDirectoryStore({
  path,
  create: true,
  clock: new SimulatedClock({ autoAdvance: true }),
  random: seededRandom(Number(seed)),
});
for await (const _ of process.stdin);

const body = new TextEncoder().encode(`racer ${seed}`);
const kinds = [];
for (let i = 0; i < Number(count); i++) {
  const key = /** @type {import("@crv/core").ObjectKey} */ (`_log/${i}.json`);
  const { kind } = await store.create(key, body, { durability: "full" });
  kinds.push(kind);
}
await store.close();
process.stdout.write(JSON.stringify(kinds));
