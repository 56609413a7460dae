/** The state of a run without a log: version 0, with the tables that were found. Pure. */
import type { PartEntry, TableDescriptor } from "@crv/core";
import { PartList } from "./parts/part-list.js";
import { emptyState, type RunState } from "./run-state.js";

/** Nothing says when its parts were made. */
const UNKNOWN_TIME = "1970-01-01T00:00:00.000Z";

export function foreignState(
  tables: readonly { readonly descriptor: TableDescriptor; readonly parts: readonly PartEntry[] }[],
): RunState {
  return {
    ...emptyState(),
    tables: new Map(
      tables.map(({ descriptor, parts }) => [
        descriptor.name,
        {
          key: descriptor.name,
          descriptor,
          version: 0,
          contentVersion: 0,
          changedAt: 0,
          describedAt: 0,
          createdAt: UNKNOWN_TIME,
          updatedAt: UNKNOWN_TIME,
          parts: PartList.from(parts.map((part) => ({ ...part, createdAt: UNKNOWN_TIME }))),
        },
      ]),
    ),
  };
}
