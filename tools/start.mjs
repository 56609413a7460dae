/** `npm start [-- args]`: builds the main example with what it needs, then runs it with the args. */
import { buildToRun } from "./build.mjs";
import { run } from "./workspace.mjs";

process.exitCode = (await buildToRun("@crv/example-flights"))
  ? run(process.execPath, ["examples/flights/dist/main.js", ...process.argv.slice(2)])
  : 1;
