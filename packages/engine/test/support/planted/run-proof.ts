/** Runs one proof in a process of its own, over whatever engine it is bundled with. */
import { PROOFS, type ProofName } from "./proofs.js";

/** What stands in the output of a proof that failed, before the reason. */
const CAUGHT = "caught: ";

const name = process.argv[2] as ProofName;
try {
  await PROOFS[name]();
} catch (error) {
  console.log(`${CAUGHT}${innermost(error)}`);
  process.exitCode = 1;
}

/** The reason itself, without where and with which seed it was found. */
function innermost(error: unknown): string {
  let reason = error;
  while (isFrame(reason) && reason.cause !== undefined) reason = reason.cause;
  return String(reason instanceof Error ? reason.message : reason).split("\n")[0] ?? "";
}

/** Whether an error only says where another one was found. */
function isFrame(error: unknown): error is Error {
  return error instanceof Error && ["Error", "UniverseFailure"].includes(error.name);
}
