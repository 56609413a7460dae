/**
 * A conflict as an HTTP server tells it to its clients. Plain data: any framework can send it.
 * Documented in docs/errors.md, "CONFLICT".
 */
import type { ConflictError, TableKey, TableVersion } from "@crv/core";

export interface ConflictResponse {
  readonly status: 409;
  /** JSON; a key that does not apply is absent. */
  readonly body: {
    readonly error: string;
    readonly code: "conflict";
    /** The table that moved, when that was the reason. */
    readonly manifest_conflict?: {
      readonly table_key: TableKey;
      readonly expected: TableVersion;
      readonly actual: TableVersion;
    };
  };
}

/**
 * The response to a request whose write was refused by `error`.
 *
 * @example
 * const { status, body } = conflictResponse(error);
 * response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
 */
export function conflictResponse({ message, conflict }: ConflictError): ConflictResponse {
  const moved = conflict.kind === "ExpectedVersionMismatch" ? conflict : undefined;
  return {
    status: 409,
    body: {
      error: message,
      code: "conflict",
      ...(moved && {
        manifest_conflict: {
          table_key: moved.tableKey,
          expected: moved.expected,
          actual: moved.actual,
        },
      }),
    },
  };
}
