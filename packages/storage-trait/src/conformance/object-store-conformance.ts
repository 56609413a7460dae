/** One call that tests every clause of the contracts of object-store.ts and residual.ts. */
import { createClauses } from "./create-clauses.js";
import { listClauses } from "./list-clauses.js";
import { readClauses } from "./read-clauses.js";
import { refusalClauses } from "./refusal-clauses.js";
import { residualClauses } from "./residual-clauses.js";
import type { ObjectStoreConformanceOptions, StoreClauses, StoreTest } from "./subject.js";

const CLAUSES: Readonly<Record<string, StoreClauses>> = {
  create: createClauses,
  read: readClauses,
  list: listClauses,
  residual: residualClauses,
  refusals: refusalClauses,
};

/** Defines the tests. Run it on every store, and on every wrapper around one. */
export function objectStoreConformance({
  name,
  capabilities,
  harness,
  open,
}: ObjectStoreConformanceOptions): void {
  const test: StoreTest = (title, run) =>
    harness.test(title, async () => {
      const subject = await open();
      try {
        await run(subject);
      } finally {
        await subject.store.close();
        await subject.dispose?.();
      }
    });
  harness.describe(`${name} as an object store`, () => {
    for (const [part, clauses] of Object.entries(CLAUSES)) {
      harness.describe(part, () => clauses(test, capabilities));
    }
  });
}
