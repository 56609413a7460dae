/** What a transaction's scans read: its base with what it has staged so far. */
import type { TableDescriptor, TableKey } from "@crv/core";
import type { SnapshotHandle, StagedOperation } from "@crv/storage-trait";
import type { ScanSource } from "../read/scan.js";

/** @param changed A table that the transaction makes or changes the columns of, as it will be. */
export function transactionView(
  base: SnapshotHandle,
  operation: StagedOperation,
  changed: (table: TableKey) => TableDescriptor | undefined,
): ScanSource {
  // Closing it must not close the base, which belongs to the transaction.
  const close = (): Promise<void> => Promise.resolve();
  return {
    snapshot: async () => ({
      ...base,
      descriptor: (table) => changed(table) ?? base.descriptor(table),
      close,
      [Symbol.asyncDispose]: close,
    }),
    plan: (_, request) => operation.plan(request),
    scan: (_, request) => operation.scan(request),
    foundMissing: (table) => operation.expect(table),
  };
}
