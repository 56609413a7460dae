/**
 * A process that kills itself before a call to the file system, in the middle of one effect.
 * Arguments: directory, seed, "create" or "replace", number of the call, from 1.
 * Prints "done" when the effect needed fewer calls.
 */
import { nodeFileSystem, openDirectoryStore } from "@crv/storage";
import { SimulatedClock, seededRandom } from "@crv/storage-trait/testing";

const [path = "", seed, effect, crashAt] = process.argv.slice(2);
let callsLeft = Number.POSITIVE_INFINITY;

/** @template {object} T @param {T} calls @returns {T} */
function mortal(calls) {
  const wrapped = Object.entries(calls).map(([name, call]) => [
    name,
    async (/** @type {unknown[]} */ ...args) => {
      callsLeft -= 1;
      if (callsLeft === 0) {
        process.kill(process.pid, "SIGKILL");
        // The signal comes from outside: nothing more may happen until it does.
        await new Promise(() => {});
      }
      const result = await call(...args);
      return name === "open" ? mortal(result) : result;
    },
  ]);
  return /** @type {T} */ (Object.fromEntries(wrapped));
}

const store = await openDirectoryStore({
  path,
  create: true,
  clock: new SimulatedClock({ autoAdvance: true }),
  random: seededRandom(Number(seed)),
  fileSystem: mortal(nodeFileSystem),
});
const key = /** @type {import("@crv/core").ObjectKey} */ ("tables/t/object");
const bytesOf = (/** @type {string} */ text) => new TextEncoder().encode(text.repeat(1000));
if (effect === "replace") await store.replaceLease(key, bytesOf("old"));

callsLeft = Number(crashAt);
if (effect === "replace") await store.replaceLease(key, bytesOf("new"));
else await store.create(key, bytesOf("new"), { durability: "full" });
process.stdout.write("done");
