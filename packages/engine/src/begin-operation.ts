/** The start of every write: what dead writers left is settled first. */
import {
  ACTOR_CHARS_MAX,
  type CommitOutcome,
  IoError,
  MESSAGE_CHARS_MAX,
  type OperationId,
  type OperationRef,
  parseOperationId,
  show,
  type TableChange,
  type TableKey,
} from "@crv/core";
import type { CommitText, OperationIntent } from "@crv/storage-trait";
import type { EngineContext } from "./engine-context.js";
import { withRearranged } from "./rearranged-tables.js";
import { stateOf } from "./snapshot.js";
import { EngineOperation } from "./staged-operation.js";

export async function beginOperation(
  context: EngineContext,
  intent: OperationIntent,
  ref = nameOperation(context, intent),
): Promise<EngineOperation> {
  // What an append alone is put on becomes durable with its record, or with what it expects.
  await (intent.recheck ? context.recover() : prepareToWrite(context));
  const settled = intent.operationId && (await findSettled(context, ref.operationId));
  // From here on, until the operation has entered, nothing is awaited.
  if (!intent.recheck) await context.auto?.published();
  const base = withRearranged(stateOf(intent.base), context.log.state);
  return new EngineOperation(context, ref, intent, base, settled || undefined);
}

/** @throws IoError `INVALID_ARGUMENT`. */
export function nameOperation(context: EngineContext, intent: OperationIntent): OperationRef {
  const { version } = stateOf(intent.base);
  checkCommitText(intent);
  const { branch } = context;
  if (intent.base.branch !== branch.name) {
    throw new IoError(
      "INVALID_ARGUMENT",
      `the snapshot is of branch ${intent.base.branch}, and writes go to ${branch.name}`,
      { details: { branch: branch.name, base: intent.base.branch } },
    );
  }
  const operationId = parseOperationId(intent.operationId ?? context.mintId());
  const branchId = branch.id && { branchId: branch.id };
  return { operationId, branch: branch.name, ...branchId, base: version };
}

/** @throws IoError `INVALID_ARGUMENT`. */
export function checkCommitText({ actor, message }: CommitText): void {
  checkText("actor", actor, ACTOR_CHARS_MAX);
  checkText("message", message, MESSAGE_CHARS_MAX);
}

export async function prepareToWrite({ recover, log, store }: EngineContext): Promise<void> {
  await recover();
  // Rule `syncfound`: what the operation expects must not rest on a record that might be lost.
  await log.makeDurable(store);
}

/** Rule `resubmit`: an id is attempted once; to bring it again is to be told what became of it. */
async function findSettled(
  { log, store }: EngineContext,
  operationId: OperationId,
): Promise<CommitOutcome | undefined> {
  const state = await log.refresh();
  await log.makeDurable(store);
  const entry = state.ledger.says(operationId, state.version);
  if (entry === undefined) return undefined;
  const { version } = entry;
  if (entry.kind === "aborted")
    return { kind: "conflict", conflict: { kind: "Fenced", at: version } };
  const tables = (await log.read(version))?.tables ?? new Map<TableKey, TableChange>();
  const tableVersions = new Map([...tables].map(([table, change]) => [table, change.version]));
  return { kind: "committed", version, tableVersions, duplicate: true };
}

function checkText(what: string, text: string | undefined, charsMax: number): void {
  if (text === undefined || (typeof text === "string" && text.length <= charsMax)) return;
  throw new IoError(
    "INVALID_ARGUMENT",
    `${what} must be a text of at most ${charsMax} characters (got: ${show(text)})`,
    { details: { what, charsMax } },
  );
}
