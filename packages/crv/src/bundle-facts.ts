/** What this process says of itself in a run bundle. Source: docs/format/run-bundle.md. */
import {
  canonicalJson,
  IoError,
  type JsonObject,
  type RunBundleFacts,
  SchemaError,
} from "@crv/core";
import type { IoSettings } from "@crv/io";
import { codecVersions, packageVersion } from "@crv/storage";
import type { Durability } from "@crv/storage-trait";
import { checkKeys } from "./check-options.js";
import { systemClock } from "./system-clock.js";
import { systemGit } from "./system-git.js";

export interface BundleOptions {
  /** What the program has to say of the run: any JSON. Default: nothing. */
  readonly meta?: Readonly<Record<string, unknown>>;
  /** Directory of the program's sources, whose git revision is noted. Default: the working directory. */
  readonly sourceDirectory?: string;
}

export interface BundleContext {
  readonly settings: IoSettings;
  readonly durability: Durability;
  /** Directory of the store, as it was given. */
  readonly root: string;
}

/** @throws IoError `INVALID_ARGUMENT` for an option that is none, or a `meta` that JSON cannot say. */
export async function bundleFacts(
  { settings, durability, root }: BundleContext,
  options: BundleOptions,
): Promise<RunBundleFacts> {
  checkKeys("writeBundle", options, ["meta", "sourceDirectory"]);
  const { meta = {}, sourceDirectory = process.cwd() } = options;
  const { apacheArrow, parquetWasm } = codecVersions();
  return {
    meta: asJsonObject(meta),
    git: await systemGit(sourceDirectory),
    writtenAt: systemClock.now().toISOString(),
    env: {
      python: null,
      polars: null,
      pyarrow: null,
      node: process.version,
      crv: packageVersion(import.meta.url),
      apache_arrow: apacheArrow,
      parquet_wasm: parquetWasm,
    },
    io: {
      root_dir: root,
      partitioning: settings.partitioning,
      tick_bucket_size: settings.tickBucketSize,
      row_group_size: settings.rowGroupSize,
      compression: settings.compression,
      durability,
      strict_schema: settings.strictSchema,
      fs_protocol: settings.fsProtocol,
      fs_options: asJsonObject(settings.fsOptions),
      write_manifest_every_n: settings.writeManifestEveryN ?? null,
      stage_concurrency: settings.stageConcurrency,
      auto_optimize: settings.autoOptimize,
      valuation: {
        enabled: settings.valuation.enabled,
        cost_method: settings.valuation.costMethod,
        price_source: settings.valuation.priceSource,
        vwap_window_ticks: settings.valuation.vwapWindowTicks,
        currency: settings.valuation.currency,
      },
    },
  };
}

/** A copy that is JSON and nothing else; order is kept. */
function asJsonObject(value: unknown): JsonObject {
  try {
    canonicalJson(value);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return JSON.parse(JSON.stringify(value)) as JsonObject;
    }
    throw new SchemaError("INVALID_VALUE", "it is no object");
  } catch (cause) {
    throw new IoError(
      "INVALID_ARGUMENT",
      `meta must be an object of JSON values: ${cause instanceof Error ? cause.message : cause}`,
      { details: { what: "meta" }, cause },
    );
  }
}
