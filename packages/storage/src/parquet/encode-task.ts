/** What the part store and its encoding threads say to each other. As decode-task.ts, imports nothing. */
import type { PartProperties } from "./part-properties.js";

/** A whole part: a thread keeps nothing between tasks, so any thread may take the next one. */
export interface EncodeTask {
  /** The rows as an Arrow IPC stream, which fills its buffer: that is moved. */
  readonly stream: Uint8Array<ArrayBuffer>;
  readonly properties: PartProperties;
}
