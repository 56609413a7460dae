/** What every write may be told besides its rows. */
import { parseOperationId } from "@crv/core";
import type { OperationIntent, SnapshotHandle } from "@crv/storage-trait";
import { checkNotAborted } from "../cancellation.js";
import { checkOptions } from "../known-keys.js";
import { checkValidateRows, type ValidateRows } from "../validate/row-check.js";

export interface WriteOptions {
  /** Who writes: stands in the commit record. */
  readonly actor?: string;
  /** Why: stands in the commit record. */
  readonly message?: string;
  /** A ULID of the caller's. Writing under it again returns the first result. */
  readonly operationId?: string;
  readonly signal?: AbortSignal;
  /**
   * Whether every row that is put in is also checked by the model of its table, and the first bad ones
   * are reported together. Rows are stored as they are given: words of a vocabulary must be written as
   * the model writes them. Default false.
   */
  readonly validateRows?: ValidateRows;
}

export const WRITE_OPTIONS: readonly string[] = [
  "actor",
  "message",
  "operationId",
  "signal",
  "validateRows",
];

/** @throws IoSchemaError `INVALID_ARGUMENT`. IoError `ABORTED`. */
export function checkWriteOptions(what: string, options: WriteOptions): void {
  checkOptions(what, options, WRITE_OPTIONS);
  checkValidateRows(options.validateRows);
  checkNotAborted(options.signal);
}

export function intentOf(base: SnapshotHandle, options: WriteOptions): OperationIntent {
  const { actor, message, operationId } = options;
  return {
    base,
    mode: "blind",
    ...(actor !== undefined && { actor }),
    ...(message !== undefined && { message }),
    ...(operationId !== undefined && { operationId: parseOperationId(operationId) }),
  };
}
