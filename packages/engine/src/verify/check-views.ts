/**
 * Published views against the log: byte for byte what the version that they show gives. A view that
 * lags is sound; one that is absent, changed or ahead of the log is not.
 */
import {
  CrvError,
  formatManifestViewKey,
  formatRecordKey,
  RECORD_BYTES_MAX,
  type TableKey,
  type Version,
} from "@crv/core";
import { CommitLog, encodeManifestView, type RunState, tableManifest } from "@crv/manifest";
import type { ObjectReader } from "@crv/storage-trait/object-store";
import { viewVersion } from "@crv/storage-trait/residual";
import type { Findings } from "./findings.js";
import type { ProblemKind } from "./problem.js";

export interface ViewCheckContext {
  readonly store: ObjectReader;
  readonly findings: Findings;
  readonly floor: Version;
  /** The newest state. */
  readonly state: RunState;
  /** Tables of operations under way: their first view may still be to come. */
  readonly pending: ReadonlySet<TableKey>;
}

export async function checkViews(context: ViewCheckContext): Promise<void> {
  for (const table of context.state.tables.keys()) await checkView(context, table);
}

async function checkView(context: ViewCheckContext, table: TableKey): Promise<void> {
  const { store, findings, pending } = context;
  const path = formatManifestViewKey(table);
  const add = (kind: ProblemKind, detail: string): void =>
    findings.add({ file: "view", kind, path, table, detail });
  findings.counts.views++;
  const body = await getView(store, table);
  if (body === undefined) {
    if (!pending.has(table)) add("missing", "it is not there: other programs do not see the table");
    return;
  }
  const shows = body === "too large" ? undefined : viewVersion(body);
  if (body === "too large" || shows === undefined) {
    add("changed", "it does not say which version it shows");
    return;
  }
  const state = await stateShown(context, table, shows);
  if (typeof state === "string") {
    add("contradicts", state);
    return;
  }
  if (state === undefined) return;
  const manifest = tableManifest(state, table);
  const expected = manifest && encodeManifestView(manifest);
  if (expected === undefined || !Buffer.from(expected).equals(body)) {
    add("changed", `it is not what version ${shows} gives`);
  }
}

async function getView(store: ObjectReader, table: TableKey) {
  try {
    return await store.get(formatManifestViewKey(table), { sizeBytesMax: RECORD_BYTES_MAX });
  } catch (error) {
    if (error instanceof CrvError && error.code === "LIMIT_EXCEEDED") return "too large";
    throw error;
  }
}

/** The state that a view shows, why there is none, or undefined when it came to be meanwhile. */
async function stateShown(
  { store, state, floor }: ViewCheckContext,
  table: TableKey,
  shows: Version,
): Promise<RunState | string | undefined> {
  if (shows > state.version) {
    // A commit that came after the look at the log.
    if ((await store.stat(formatRecordKey(shows))) !== undefined) return undefined;
    return `it shows version ${shows}, the log ends at ${state.version}: records were lost`;
  }
  // Nothing that the view shows has changed since.
  if (shows >= (state.tables.get(table)?.changedAt ?? 0)) return { ...state, version: shows };
  if (shows < floor) return `it shows version ${shows}, and the oldest one kept is ${floor}`;
  try {
    return await new CommitLog(store, "stop-before").stateAt(shows);
  } catch (error) {
    if (error instanceof CrvError && ["CORRUPT", "NOT_FOUND"].includes(error.code)) {
      return undefined;
    }
    throw error;
  }
}
