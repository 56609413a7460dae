/**
 * Runs one proof in a process of its own, over whatever engine it is bundled with. Arguments: the proof,
 * and the writer or case that alone is played.
 */
import { PROOFS, type Proof, type ProofName } from "./proofs.js";

/** What stands in the output of a proof that failed, before the reason. */
const CAUGHT = "caught: ";

const [name, within] = process.argv.slice(2) as [ProofName, string | undefined];
const proof: Proof = PROOFS[name];
try {
  await proof(within);
} catch (error) {
  console.log(`${CAUGHT}${describeFailure(error)}`);
  process.exitCode = 1;
}

/** The reason, after where it was found: the writer or case, and what happened to it. */
function describeFailure(error: unknown): string {
  const lines: string[] = [];
  for (let reason = error; ; reason = (reason as Error).cause) {
    const message = reason instanceof Error ? reason.message : String(reason);
    const [line = ""] = message.split("\n");
    if (line !== lines.at(-1)) lines.push(line);
    if (!isFrame(reason) || reason.cause === undefined) return lines.join(": ");
  }
}

/** Whether an error only says where another one was found. */
function isFrame(error: unknown): error is Error {
  return error instanceof Error && error.name === "Error";
}
