/**
 * Settings of a store. Every value is checked when the settings are made, so that no later step
 * meets a bad one.
 */
import { COMPRESSION, PART_ROWS_MAX, ROW_GROUP_SIZE, TICK_BUCKET_SIZE, TICK_MAX } from "@crv/core";
import { readGroup, type SettingGroup } from "./setting-group.js";
import { oneOf, orUnset, plainObject, someText, trueOrFalse, wholeNumber } from "./setting-rule.js";
import { VALUATION_SETTINGS, type ValuationSettings } from "./valuation-settings.js";

/**
 * Tables that a load stages at once. Two threads encode: while they do, two others can wait for their disk
 * or their source. More hold more rows in memory before they save time.
 */
const STAGE_CONCURRENCY = 4;

/** Above so many tables at once there are more files open than time won. */
export const STAGE_CONCURRENCY_MAX = 64;

interface PlainSettings {
  /** Directory that holds the runs. */
  readonly rootDir: string;
  readonly partitioning: "tick_buckets";
  /** Ticks per bucket of tables that do not say themselves, fixed when a table is made. */
  readonly tickBucketSize: number;
  readonly rowGroupSize: number;
  readonly compression: "zstd" | "lz4" | "snappy";
  readonly fsProtocol: "file";
  readonly fsOptions: Readonly<Record<string, unknown>>;
  /** Whether a column that the table does not have is an error. Otherwise it is left out. */
  readonly strictSchema: boolean;
  /** Parts between two writes of a table's `manifest.json`. Unset = in proportion to its size. */
  readonly writeManifestEveryN: number | undefined;
  /** Tables that a load stages at once. Each holds rows and encoded parts in memory. */
  readonly stageConcurrency: number;
  /** Whether small parts are merged without being asked, within a budget. */
  readonly autoOptimize: boolean;
}

/** With the group that is checked on its own. */
interface Settings extends PlainSettings {
  readonly valuation: Readonly<Record<string, unknown>>;
}

/** What may be given: any field may be left out. */
export type IoSettingsInput = {
  readonly [Field in keyof PlainSettings]?: PlainSettings[Field] | undefined;
} & { readonly valuation?: Partial<ValuationSettings> | undefined };

export const SETTINGS: SettingGroup<Settings> = {
  rootDir: { rule: someText, default: "out" },
  partitioning: { rule: oneOf("tick_buckets"), default: "tick_buckets" },
  tickBucketSize: { rule: wholeNumber("ticks", 1, TICK_MAX), default: TICK_BUCKET_SIZE },
  rowGroupSize: { rule: wholeNumber("rows", 1, PART_ROWS_MAX), default: ROW_GROUP_SIZE },
  compression: { rule: oneOf("zstd", "lz4", "snappy"), default: COMPRESSION },
  fsProtocol: { rule: oneOf("file"), default: "file" },
  fsOptions: { rule: plainObject, default: {} },
  strictSchema: { rule: trueOrFalse, default: true },
  writeManifestEveryN: {
    rule: orUnset(wholeNumber("parts", 1, Number.MAX_SAFE_INTEGER)),
    default: undefined,
  },
  stageConcurrency: {
    rule: wholeNumber("tables", 1, STAGE_CONCURRENCY_MAX),
    default: STAGE_CONCURRENCY,
  },
  autoOptimize: { rule: trueOrFalse, default: true },
  valuation: { rule: plainObject, default: {} },
};

/** Checked settings. Frozen. */
export class IoSettings implements PlainSettings {
  declare readonly rootDir: string;
  declare readonly partitioning: "tick_buckets";
  declare readonly tickBucketSize: number;
  declare readonly rowGroupSize: number;
  declare readonly compression: "zstd" | "lz4" | "snappy";
  declare readonly fsProtocol: "file";
  declare readonly fsOptions: Readonly<Record<string, unknown>>;
  declare readonly strictSchema: boolean;
  declare readonly writeManifestEveryN: number | undefined;
  declare readonly stageConcurrency: number;
  declare readonly autoOptimize: boolean;
  readonly valuation: ValuationSettings;

  /** @throws IoConfigError `INVALID_CONFIG` naming the field, the value and what is allowed. */
  constructor(input: IoSettingsInput = {}) {
    const { valuation, ...plain } = readGroup(SETTINGS, input);
    Object.assign(this, plain);
    this.fsOptions = Object.freeze({ ...plain.fsOptions });
    this.valuation = Object.freeze(readGroup(VALUATION_SETTINGS, valuation, "valuation."));
    Object.freeze(this);
  }

  /** As the constructor; settings that were checked already are returned as they are. */
  static from(input: IoSettings | IoSettingsInput = {}): IoSettings {
    return input instanceof IoSettings ? input : new IoSettings(input);
  }
}
