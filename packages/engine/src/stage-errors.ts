/** What is wrong with a stage call. */
import { IoError, IoSchemaError, type OperationId, type TableKey } from "@crv/core";

export function otherDescriptor(table: TableKey): IoSchemaError {
  return new IoSchemaError(
    "DESCRIPTOR_MISMATCH",
    `table ${table} exists with another descriptor: use the one it has, or another name`,
    { details: { table } },
  );
}

export function unknownTable(table: TableKey): IoSchemaError {
  return new IoSchemaError("UNKNOWN_TABLE", `there is no table ${table}: stage its schema first`, {
    details: { table },
  });
}

export function operationEnded(operationId: OperationId): IoError {
  return new IoError("CLOSED", `operation ${operationId} has ended: begin a new one`, {
    details: { what: "operation", operationId },
  });
}
