/** One step of a call of a simulated store: what a crash, a fault or a scheduler can come between. */

import type { ObjectStore } from "../object-store.js";
import type { InlineCommitResidual } from "../residual.js";

export type StorageVerb =
  | Exclude<keyof ObjectStore, "capabilities" | "location" | "close">
  | keyof InlineCommitResidual;

export type StorageStep =
  /** A directory comes to be. Its key is the directory. */
  | "make-directory"
  /** Entries of a directory become durable. Its key is the directory, "" the root. */
  | "sync-directory"
  /** Bytes go to a temporary; again after a short write. */
  | "write"
  | "sync-content"
  /** Create-only: the object appears under its key. */
  | "link"
  | "unlink-temporary"
  /** The object appears under its key, whatever was there. */
  | "rename"
  | "unlink"
  | "stat"
  | "read"
  | "list";

export interface StorageCall {
  readonly process: string;
  /** Counts the calls of its process, from 1. */
  readonly number: number;
  readonly verb: StorageVerb;
  readonly step: StorageStep;
  /** Object, directory or prefix that the step works on. */
  readonly key: string;
}

/** `writer#12 create link _log/00000000000000000001.json` */
export function formatStorageCall({ process, number, verb, step, key }: StorageCall): string {
  return `${process}#${number} ${verb} ${step} ${key}`;
}
