/** What the part store and its encoding threads say to each other. As decode-task.ts, imports nothing. */
import type { PartProperties } from "./part-properties.js";

/** A whole part: a thread keeps nothing between tasks, so any thread may take the next one. */
export interface EncodeTask {
  /** The rows as Arrow IPC streams of one batch each, which fill their buffers: those are moved. */
  readonly streams: readonly Uint8Array<ArrayBuffer>[];
  readonly properties: PartProperties;
}

export interface EncodeResult {
  /** The bytes of the file, one piece after the other. */
  readonly pieces: readonly Uint8Array[];
  /** Those of the task, given back: a thread that allocates little seldom collects its garbage. */
  readonly streams: readonly Uint8Array[];
}
