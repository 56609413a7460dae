/**
 * A user's program: installed from the packed tarballs, outside the workspace, compiled by tsc and
 * run by Node. `exports.ts` is generated beside it and imports every entry point of every package.
 */
import { entryPoints } from "./exports.js";

for (const [name, module] of Object.entries(entryPoints)) {
  if (Object.prototype.toString.call(module) !== "[object Module]") {
    throw new Error(`${name} is not a module`);
  }
}
console.log(`${Object.keys(entryPoints).length} entry points load`);
