/**
 * One load as one operation: check, stage the tables side by side, commit once. Source:
 * docs/design/protocol.md, "Commit".
 */
import type { StagedHandle, StagedOperation } from "@crv/storage-trait";
import pMap from "p-map";
import { abortedOr, checkNotAborted } from "../cancellation.js";
import type { ResolvedTable } from "../tables/table-catalog.js";
import type { ValidateRows } from "../validate/row-check.js";
import type { WriteContext } from "./append-rows.js";
import { commitTables, type TransactionResult } from "./commit-tables.js";
import { EncodedInput } from "./encoded-input.js";
import { readLoadInput, type TableLoad } from "./load-input.js";
import { checkLoadOptions, type LoadMode, type LoadOptions } from "./load-options.js";
import { StagedTables } from "./staged-tables.js";
import { intentOf } from "./write-options.js";

const STAGE = {
  append: "stageAppend",
  merge: "stageMerge",
  overwrite: "stageOverwrite",
} as const satisfies Record<LoadMode, keyof StagedOperation>;

/** A table of a load as it is in the snapshot. What was in memory is encoded already. */
interface OpenedLoad extends TableLoad {
  readonly resolved: ResolvedTable;
  readonly validateRows: ValidateRows | undefined;
  readonly encoded: EncodedInput | undefined;
}

interface StagedLoad {
  readonly handle: StagedHandle;
  readonly ignoredColumns: readonly string[];
}

/** The contract is that of `Dataset.load`. */
export async function loadTables(
  context: WriteContext,
  input: unknown,
  options: LoadOptions,
): Promise<TransactionResult> {
  checkLoadOptions(options);
  const { storage, catalog } = context;
  const { signal } = options;
  const loads = readLoadInput(catalog, input, options);
  await using snapshot = await storage.snapshot();
  const resolved = loads.map((load) => ({
    ...load,
    validateRows: options.validateRows,
    resolved: catalog.resolve(load.table, snapshot),
  }));
  const opened: OpenedLoad[] = [];
  for (const load of resolved) {
    const encoded = load.source.kind === "memory" ? await open(context, load, signal) : undefined;
    opened.push({ ...load, encoded });
  }
  // Disposing discards what was staged; after a commit it has no effect.
  await using operation = await storage.begin(intentOf(snapshot, options));
  const staged = await stageAll(context, operation, opened, options);
  checkNotAborted(signal);
  return commitTables(context, operation, staged, signal);
}

/** Stages what there is, and has ended all of it when it fails: with what failed first. */
async function stageAll(
  context: WriteContext,
  operation: StagedOperation,
  loads: readonly OpenedLoad[],
  { stageConcurrency: concurrency = context.stageConcurrency, signal: caller }: LoadOptions,
): Promise<StagedTables> {
  const stop = new AbortController();
  const signal = caller ? AbortSignal.any([caller, stop.signal]) : stop.signal;
  const failures: unknown[] = [];
  const results = await pMap(
    loads,
    async (load) => {
      try {
        checkNotAborted(signal);
        return await stageTable(context, operation, load, signal);
      } catch (error) {
        failures.push(error);
        stop.abort();
        return undefined;
      }
    },
    { concurrency },
  );
  if (failures.length > 0) throw failures[0];
  const staged = new StagedTables();
  for (const result of results) if (result) staged.add(result.handle, result.ignoredColumns);
  return staged;
}

async function stageTable(
  context: WriteContext,
  operation: StagedOperation,
  load: OpenedLoad,
  signal: AbortSignal,
): Promise<StagedLoad | undefined> {
  const { descriptor, exists } = load.resolved;
  const encoded = load.encoded ?? (await open(context, load, signal));
  try {
    if (encoded.isEmpty && load.mode !== "overwrite") return undefined;
    if (!exists) await operation.stageSchema(descriptor.name, { kind: "create", descriptor });
    const handle = await operation[STAGE[load.mode]](descriptor.name, encoded.batches());
    return { handle, ignoredColumns: encoded.ignoredColumns };
  } catch (error) {
    throw abortedOr(encoded.failure ?? error, signal);
  } finally {
    await encoded.close();
  }
}

function open(
  { strictSchema: isStrict }: WriteContext,
  { source, resolved, validateRows }: Omit<OpenedLoad, "encoded">,
  signal: AbortSignal | undefined,
): Promise<EncodedInput> {
  return EncodedInput.open(source, resolved.descriptor, { isStrict, validateRows, signal });
}
