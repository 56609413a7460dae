/**
 * A user's program: installed from the packed tarballs, outside the workspace, compiled by tsc and
 * run by Node in an empty directory. `exports.ts` is generated beside it and imports every entry
 * point of every package; `readme-example.ts` and `settings-example.ts` are examples of the documentation.
 */
import { entryPoints } from "./exports.js";
import { useStore } from "./typed-use.js";

for (const [name, module] of Object.entries(entryPoints)) {
  if (Object.prototype.toString.call(module) !== "[object Module]") {
    throw new Error(`${name} is not a module`);
  }
}
console.log(`${Object.keys(entryPoints).length} entry points load`);
await useStore("store");
console.log("a store is written and read, typed");
await import("./readme-example.js");
await import("./settings-example.js");
console.log("the examples of the README and of docs/settings.md run");
