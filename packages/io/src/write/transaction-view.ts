/** What a transaction's scans read: its base with what it has staged so far. */
import type { TableDescriptor, TableKey } from "@crv/core";
import type { SnapshotHandle, StagedOperation } from "@crv/storage-trait";
import type { ScanSource } from "../read/scan.js";

/** @param described Tables that the transaction makes. */
export function transactionView(
  base: SnapshotHandle,
  operation: StagedOperation,
  described: ReadonlyMap<TableKey, TableDescriptor>,
): ScanSource {
  // Closing it must not close the base, which belongs to the transaction.
  const close = (): Promise<void> => Promise.resolve();
  return {
    snapshot: async () => ({
      ...base,
      descriptor: (table) => base.descriptor(table) ?? described.get(table),
      close,
      [Symbol.asyncDispose]: close,
    }),
    plan: (_, request) => operation.plan(request),
    scan: (_, request) => operation.scan(request),
    foundMissing: (table) => operation.expect(table),
  };
}
