/** Runs the command in this process, which is quicker than one of its own. */
import { PassThrough } from "node:stream";
import { openTerminal, runCli } from "../src/index.js";
import type { Ended } from "./crv-process.js";

export async function runHere(...args: readonly string[]): Promise<Ended> {
  const [stdout, stderr] = [collector(), collector()];
  const terminal = openTerminal(stdout.stream, stderr.stream, () => {});
  const code = await runCli(args, terminal);
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

function collector() {
  const chunks: string[] = [];
  const stream = Object.assign(new PassThrough({ encoding: "utf8" }), { isTTY: false as const });
  stream.on("data", (chunk: string) => chunks.push(chunk));
  return { stream: stream as never, text: () => chunks.join("") };
}
