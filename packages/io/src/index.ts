/** What users touch: settings, appending, reading. Knows of no backend. */
export { Dataset, type DatasetOptions } from "./dataset.js";
export type { AppendInput, InputItem } from "./input/append-input.js";
export type { Condition, Filter, FilterOperators, FilterValue } from "./read/filter-types.js";
export { type PolarsFrame, type PolarsModule, polarsFrame } from "./read/polars-frame.js";
export { rowsOfBatch } from "./read/rows-of-batch.js";
export { Scan } from "./read/scan.js";
export type { ScanOptions } from "./read/scan-options.js";
export type { Where } from "./read/tick-range.js";
export { type RecordedTable, Recorder } from "./record/recorder.js";
export type { RecorderOptions } from "./record/recorder-options.js";
export type { Environment, SettingOrigin } from "./settings/given-setting.js";
export { IoSettings, type IoSettingsInput } from "./settings/io-settings.js";
export {
  type EffectiveSetting,
  type ReadSettings,
  readSettings,
  type SettingsSources,
} from "./settings/read-settings.js";
export type { ValuationSettings } from "./settings/valuation-settings.js";
export type {
  ColumnOf,
  DescriptorOf,
  Descriptors,
  Int64Mode,
  RowsOf,
  ScannedRow,
  TableArgument,
  TableMap,
} from "./tables/table-types.js";
export type { BadRow, ValidateRows } from "./validate/row-check.js";
export type { AppendedPart, AppendResult, WrittenRows } from "./write/append-result.js";
export type { TransactionResult } from "./write/commit-tables.js";
export type { EvolveOptions, EvolveResult } from "./write/evolve-table.js";
export type { LoadInput } from "./write/load-input.js";
export type { LoadMode, LoadOptions } from "./write/load-options.js";
export type { FilesByTable, StageFilesOptions } from "./write/stage-files.js";
export type { ChangedTable } from "./write/staged-tables.js";
export { Transaction, type TransactionParts } from "./write/transaction.js";
export type { WriteOptions } from "./write/write-options.js";
