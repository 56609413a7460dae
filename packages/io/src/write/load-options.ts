/** How the rows of a load enter their tables. Source: docs/design/protocol.md, "Conflicts". */
import { IoSchemaError, show } from "@crv/core";
import { checkNotAborted } from "../cancellation.js";
import { checkOptions } from "../known-keys.js";
import { STAGE_CONCURRENCY_MAX } from "../settings/io-settings.js";
import type { Descriptors, TableMap } from "../tables/table-types.js";
import { WRITE_OPTIONS, type WriteOptions } from "./write-options.js";

export const LOAD_MODES = ["append", "merge", "overwrite"] as const;

export type LoadMode = (typeof LOAD_MODES)[number];

export interface LoadOptions<Tables extends Descriptors = Descriptors> extends WriteOptions {
  /** Of all tables, or by name; default, also of tables that are not named: `append`. */
  readonly mode?: LoadMode | LoadModes<Tables>;
  /** Tables staged at once, 1 to 64; default: the setting of that name. */
  readonly stageConcurrency?: number;
}

type LoadModes<Tables extends Descriptors> = {
  readonly [Name in keyof TableMap<Tables>]?: LoadMode;
} & { readonly [table: string]: LoadMode | undefined };

/** @throws IoSchemaError `INVALID_ARGUMENT`. IoError `ABORTED`. */
export function checkLoadOptions(options: LoadOptions): void {
  checkOptions("load", options, [...WRITE_OPTIONS, "mode", "stageConcurrency"]);
  const { mode, stageConcurrency, signal } = options;
  for (const each of typeof mode === "object" ? Object.values(mode ?? {}) : [mode]) {
    if (each !== undefined && !LOAD_MODES.includes(each)) {
      throw invalid("mode", each, `one of ${LOAD_MODES.map(show).join(", ")}`);
    }
  }
  if (mode === null || Array.isArray(mode))
    throw invalid("mode", mode, "a mode, or modes by table");
  if (stageConcurrency !== undefined && !isConcurrency(stageConcurrency)) {
    throw invalid(
      "stageConcurrency",
      stageConcurrency,
      `a whole number of tables from 1 to ${STAGE_CONCURRENCY_MAX}`,
    );
  }
  checkNotAborted(signal);
}

function isConcurrency(value: unknown): boolean {
  return (
    Number.isSafeInteger(value) && Number(value) >= 1 && Number(value) <= STAGE_CONCURRENCY_MAX
  );
}

function invalid(option: string, value: unknown, allowed: string): IoSchemaError {
  return new IoSchemaError(
    "INVALID_ARGUMENT",
    `${option} must be ${allowed} (got: ${show(value)})`,
    { details: { option, value, allowed } },
  );
}
