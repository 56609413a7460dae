/** What a commit that did not land means to whoever wrote, and what to do. */
import {
  type CommitOutcome,
  type Conflict,
  ConflictError,
  type TableKey,
  UnknownOutcomeError,
} from "@crv/core";

type Landed = Extract<CommitOutcome, { kind: "committed" | "unchanged" }>;

/**
 * The outcome, when it is one that the caller wanted.
 *
 * @param tables What was written, for the message.
 * @throws ConflictError, UnknownOutcomeError carrying the outcome.
 */
export function landedOrThrow(outcome: CommitOutcome, tables: readonly TableKey[]): Landed {
  const names = tables.map((table) => `"${table}"`).join(", ");
  switch (outcome.kind) {
    case "committed":
    case "unchanged":
      return outcome;
    case "conflict":
      throw new ConflictError(
        `nothing was written to ${names}: ${adviceOf(outcome.conflict)}`,
        outcome.conflict,
      );
    case "unknown":
      throw new UnknownOutcomeError(
        `the store did not answer: the rows for ${names} may be committed or not; run.resolve(error.operation) settles it, write again only when it says "aborted"`,
        outcome.operation,
        outcome.cause,
      );
  }
}

function adviceOf(conflict: Conflict): string {
  switch (conflict.kind) {
    case "ExpectedVersionMismatch":
      return `table "${conflict.tableKey}" moved from version ${conflict.expected} to ${conflict.actual}; read it again and repeat`;
    case "ArtifactChanged":
      return conflict.actual === 0
        ? `"${conflict.artifact}" was removed meanwhile; look again and repeat`
        : `version ${conflict.actual} wrote "${conflict.artifact}" meanwhile; read it again and repeat`;
    case "SchemaChanged":
      return `version ${conflict.at} changed the columns of "${conflict.tableKey}"; describe the table as it is now and write again`;
    case "PartsReplaced":
      return `version ${conflict.at} replaced parts of "${conflict.tableKey}"; write again`;
    case "RefExists":
      return `${conflict.name} exists; choose another name`;
    case "RefMissing":
      return `${conflict.name} does not exist, or is another by now; look again`;
    case "RefInUse":
      return `branches or tags come from ${conflict.name}; delete them first`;
    case "HistoryMerged":
      return `another merge was committed by version ${conflict.at}; merge again`;
    case "BranchDeleted":
      return `branch "${conflict.branch}" was deleted; nothing can be committed to it or taken from it any more`;
    case "Fenced":
      return `version ${conflict.at} aborted this operation, since its writer seemed to be gone; write again under a new operation id`;
    case "BelowFloor":
      return `the history below version ${conflict.floor} was cleaned up meanwhile; open the run again and write again`;
    case "RetryBudgetExhausted":
      return `other writers came first ${conflict.attempts} times; write again`;
  }
}
