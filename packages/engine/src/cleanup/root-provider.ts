/**
 * Roots: whatever keeps versions or files from cleanup, besides the newest versions. One provider for
 * each kind; cleanup asks all of them, twice (rule `rootcheck`).
 */
import type { ObjectKey, Version } from "@crv/core";

export interface RootProvider {
  /** For reports. */
  readonly kind: string;
  /** Oldest version of the log that it needs; undefined for none. */
  oldestVersion(): Promise<Version | undefined>;
  /**
   * Whether a file that no kept version of the log names is needed all the same. To be asked after the
   * candidates were listed, and before the log is read (rule `listfirst`).
   */
  protector(): Promise<(key: ObjectKey) => boolean>;
}
