/**
 * How much of a proof is run. `npm test` runs a slice that a developer waits for; `CRV_PROOF=full`
 * runs all of it. What a slice leaves out is stated where it is used.
 */
export const isFullProof = process.env["CRV_PROOF"] === "full";

/** `slice` in a test run, `full` by command. */
export function proofSize(slice: number, full: number): number {
  return isFullProof ? full : slice;
}
