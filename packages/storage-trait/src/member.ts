/** Members of artifacts, as they are written and read. */
import type { TensorEntry } from "@crv/core";
import type { ObjectBody } from "./object-body.js";

/** One member of an artifact that is to be written. */
export interface MemberInput {
  readonly name: string;
  /** Its bytes, whole or in pieces; asked for again when the store did not answer the first time. */
  readonly body: () => ObjectBody;
  /** What the record lists of a tensor file, known once all of the body has passed. */
  readonly tensors?: () => readonly TensorEntry[] | undefined;
}

/** Bytes of a member, `[start, end)`; default: all of it. */
export interface MemberRange {
  readonly start?: number;
  readonly end?: number;
  /** Where they go, of their length: then it is what is returned. */
  readonly into?: Uint8Array;
}
