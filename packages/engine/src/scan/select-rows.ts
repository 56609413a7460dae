// Placeholder by the owner of engine; the developer of select-rows.ts replaces this file whole.
import type { Predicate } from "@crv/core";
import type { RecordBatch } from "apache-arrow";

export function selectRows(_batch: RecordBatch, _predicate: Predicate): Int32Array | "all" {
  return "all";
}
