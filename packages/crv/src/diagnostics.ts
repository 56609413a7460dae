/**
 * Events of every run that this process writes, on channels of `node:diagnostics_channel`, where tools that
 * trace a program listen without the program's doing. Source: docs/diagnostics.md.
 */
import { type Channel, channel } from "node:diagnostics_channel";
import type { StoreEvent } from "@crv/engine";

const CHANNELS: Readonly<Record<StoreEvent["kind"], Channel>> = {
  commit: channel("crv:commit"),
  conflict: channel("crv:conflict"),
  unknown: channel("crv:unknown"),
  recovery: channel("crv:recovery"),
  maintenance: channel("crv:maintenance"),
};

/** @param path Of the run's directory: ids of runs are unique within their store only. */
export function publishEvent(path: string, event: StoreEvent): void {
  const told = CHANNELS[event.kind];
  if (told.hasSubscribers) told.publish({ ...event, path });
}
