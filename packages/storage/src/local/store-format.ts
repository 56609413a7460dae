/**
 * Which formats of a store this release reads, and the steps that lead from one to the next. The stamp is
 * the member `format` of the marker. Source: docs/design/format-migrations.md.
 */
import { FORMAT_VERSION, type RunId, show, VersionMismatch } from "@crv/core";

/** A store that a step changes. */
export interface MigratedStore {
  readonly path: string;
  /** In byte order. */
  listRuns(): Promise<readonly RunId[]>;
  runDirectory(runId: RunId): string;
}

/**
 * Leads a store from one format to the next. It may be run by two processes at once, be killed at any
 * point and run again, also over what it has done already; when it ends, all that it did is durable.
 */
export type FormatStep = (store: MigratedStore) => Promise<void>;

export interface StoreFormats {
  /** What this release writes. */
  readonly current: number;
  /** By the format that a step begins at. */
  readonly steps: ReadonlyMap<number, FormatStep>;
}

/** There was never another format. */
export const STORE_FORMATS: StoreFormats = { current: FORMAT_VERSION, steps: new Map() };

/** @throws VersionMismatch `FORMAT_UNSUPPORTED` for a format that no chain of steps begins at. */
export function checkStoreFormat(path: string, found: number, formats: StoreFormats): void {
  const { current, steps } = formats;
  if (found > current) throw unsupported(path, found, current, "use a newer release of crv");
  for (let format = found; format < current; format++) {
    if (steps.has(format)) continue;
    throw unsupported(
      path,
      found,
      current,
      "no step leads on from it: use the release that wrote it",
    );
  }
}

/**
 * Runs the steps that lead on from `found`, each before its stamp.
 *
 * @param stamp Makes a format the one that the marker says, durably; unless it says a later one.
 * @throws What a step throws: then the stamp is that of the step before.
 */
export async function migrateStore(
  store: MigratedStore,
  found: number,
  { current, steps }: StoreFormats,
  stamp: (format: number) => Promise<void>,
): Promise<void> {
  for (let format = found; format < current; format++) {
    await runStep(steps.get(format), store);
    await stamp(format + 1);
  }
}

async function runStep(step: FormatStep | undefined, store: MigratedStore): Promise<void> {
  return step?.(store);
}

function unsupported(
  path: string,
  found: number,
  supported: number,
  remedy: string,
): VersionMismatch {
  return new VersionMismatch(
    "FORMAT_UNSUPPORTED",
    `the store of ${path} has format ${show(found)}, this release reads ${supported}: ${remedy}`,
    { details: { path, found, supported } },
  );
}
