/** Backends: where bytes are kept, how parts are encoded, and which processes live. */
export {
  type FileKind,
  type FileStatus,
  type FileSystem,
  nodeFileSystem,
  type OpenedFile,
  type OpenMode,
} from "./local/file-system.js";
export {
  type DirectoryReaderOptions,
  type DirectoryStoreOptions,
  openDirectoryReader,
  openDirectoryStore,
} from "./local/open-directory.js";
export { readTextFile, TEXT_FILE_BYTES_MAX } from "./local/read-text-file.js";
export type { FormatStep, MigratedStore, StoreFormats } from "./local/store-format.js";
export {
  listRunDirectories,
  openStoreRoot,
  type StoreRoot,
  type StoreRootOptions,
} from "./local/store-root.js";
export { watchDirectory } from "./local/watch-directory.js";
export { createMemoryStore } from "./memory-store.js";
export { codecVersions, packageVersion } from "./package-version.js";
export { createParquetPartStore, type ParquetPartStoreOptions } from "./parquet/part-store.js";
export { createProcessLiveness, type ProcessLivenessOptions } from "./process-liveness.js";
export type { ProcessState, ProcessTable } from "./process-table.js";
