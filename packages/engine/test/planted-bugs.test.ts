/**
 * Goal: the proofs bite. Each planted bug (support/planted/bugs.ts) is caught by the proof that it
 * names. That these find nothing without a bug is what the other tests of this package show.
 *
 * Method: the sources are bundled with the bug, and the proof runs over them in a process of its own.
 * `CRV_PROOF=full` runs every proof, whole, against every bug and prints which of them catch it.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, test } from "vitest";
import { PLANTED_BUGS, type SourceEdit } from "./support/planted/bugs.js";
import { bundleProofs } from "./support/planted/bundle-proofs.js";
import { PROOFS, type ProofName } from "./support/planted/proofs.js";
import { isFullProof } from "./support/proof-size.js";

/** A proof that takes so long caught nothing: a machine may be slow. Far more than any of them takes. */
const PROOF_TIMEOUT_MS = 600_000;

const NAMES = Object.keys(PROOFS) as ProofName[];

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "crv-planted-"));
});
afterAll(() => rm(root, { recursive: true }));

describe("planted bugs", () => {
  test.each(PLANTED_BUGS)(
    "$name",
    async ({ name, edits, caughtBy, within }) => {
      const proofs = await bundle(edits);
      const verdicts = new Map<ProofName, string | undefined>();
      for (const proof of isFullProof ? NAMES : [caughtBy]) {
        verdicts.set(proof, await runProof(proofs, proof, isFullProof ? undefined : within));
      }
      for (const [proof, verdict] of verdicts) {
        console.log(`${name}: ${proof}: ${verdict ?? "finds nothing"}`);
      }
      assert.ok(verdicts.get(caughtBy) !== undefined, `${caughtBy}: finds nothing`);
    },
    900_000,
  );
});

async function bundle(edits: readonly SourceEdit[]): Promise<string> {
  return bundleProofs(await mkdtemp(join(root, "bug-")), edits);
}

/** Why the proof failed; undefined when it found nothing. */
function runProof(proofs: string, name: ProofName, within = ""): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const args = [proofs, name, ...(within === "" ? [] : [within])];
    execFile(process.execPath, args, { timeout: PROOF_TIMEOUT_MS }, (error, stdout) => {
      if (error === null) return resolve(undefined);
      const [, reason] = /^caught: (.*)$/m.exec(stdout) ?? [];
      if (reason === undefined) reject(new Error("the proof could not be run", { cause: error }));
      else resolve(reason);
    });
  });
}
