/**
 * Brings the published view of a table up to the log. Rule `viewloop`: after a view was replaced the
 * root is read again, until the view shows it, or others have moved the root so often that they are
 * plainly alive and follow it themselves. Nothing of ours trusts a view.
 */
import {
  CrvError,
  formatManifestViewKey,
  type IoManifestError,
  type ObjectKey,
  RECORD_BYTES_MAX,
  type TableKey,
  type Version,
} from "@crv/core";
import { type CommitLog, encodeManifestView, tableManifest } from "@crv/manifest";
import type { ObjectReader, ObjectStore } from "@crv/storage-trait/object-store";
import { type InlineCommitResidual, viewVersion } from "@crv/storage-trait/residual";
import { blocked } from "./blocked.js";
import { VIEW_END_BYTES, viewVersionAtEnd } from "./view-end.js";

/** Largest view that is read back; a larger one counts as unreadable and is replaced. */
const VIEW_BYTES_MAX = RECORD_BYTES_MAX;
/** Of a larger one the end is read first: it has 250 bytes for each part. */
const SMALL_VIEW_BYTES_MAX = 64 * 1024;

/** Each is as large as the table's list of parts, and beside busy writers the last would never come. */
const REPLACEMENTS_MAX = 3;

export interface ViewContext {
  readonly store: ObjectStore;
  readonly residual: InlineCommitResidual;
  readonly log: CommitLog;
}

/** Version of the run that the view of `table` shows; 0 when there is none that can be read. */
export async function readViewVersion(reader: ObjectReader, table: TableKey): Promise<Version> {
  const key = formatManifestViewKey(table);
  const small = await getUpTo(reader, key, SMALL_VIEW_BYTES_MAX);
  if (small !== "larger") return (small && viewVersion(small)) ?? 0;
  const shown = await readVersionAtEnd(reader, key);
  if (shown !== undefined) return shown;
  const body = await getUpTo(reader, key, VIEW_BYTES_MAX);
  return body === undefined || body === "larger" ? 0 : (viewVersion(body) ?? 0);
}

async function readVersionAtEnd(
  reader: ObjectReader,
  key: ObjectKey,
): Promise<Version | undefined> {
  const end = (await reader.stat(key))?.sizeBytes ?? 0;
  const range = { start: Math.max(0, end - VIEW_END_BYTES), end };
  const bytes = await reader.get(key, { sizeBytesMax: VIEW_END_BYTES, range });
  return bytes && viewVersionAtEnd(bytes);
}

async function getUpTo(
  reader: ObjectReader,
  key: ObjectKey,
  sizeBytesMax: number,
): Promise<Uint8Array | undefined | "larger"> {
  try {
    return await reader.get(key, { sizeBytesMax });
  } catch (error) {
    if (error instanceof CrvError && error.code === "LIMIT_EXCEEDED") return "larger";
    throw error;
  }
}

/** A view that shows a version which the log does not have. */
export function viewAhead(key: ObjectKey, logVersion: Version): IoManifestError {
  return blocked(
    key,
    `it shows more than version ${logVersion}, where the log ends: records were lost. To accept that, remove this file`,
  );
}

/**
 * Replaces the view: it shows at least what the log said at the call.
 *
 * @returns whether it shows the table's newest commit; if not, others commit to it right now.
 */
export async function showTable(context: ViewContext, table: TableKey): Promise<boolean> {
  for (let replacements = 0; replacements < REPLACEMENTS_MAX; replacements++) {
    const manifest = tableManifest(context.log.state, table);
    if (manifest === undefined) return true;
    // Rule `syncfound`: a view is durable, so what it shows must be first.
    await context.log.makeDurable(context.store);
    const body = encodeManifestView(manifest);
    await context.residual.replaceView(formatManifestViewKey(table), manifest.runVersion, body);
    const state = await context.log.refresh();
    if (state.tables.get(table)?.version === manifest.tableVersion) return true;
  }
  return false;
}
