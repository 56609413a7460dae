/**
 * The version that a large view shows, by its end: there its `run_version` stands, whatever the number
 * of parts before it. Source: docs/format/manifest-view.md, "Grammar".
 */
import type { Version } from "@crv/core";

/** The last members of a view with a name of the longest, and more. */
export const VIEW_END_BYTES = 4096;

/** A text in a JSON document has no line ends, so that nothing before it can look like it. */
const END =
  /\n {2}"run_version": (\d{1,16}),\n {2}"table_version": \d{1,16},\n {2}"tick_column": (?:null|".*"),\n {2}"tick_bucket_size": (?:null|\d{1,16})\n\}$/;

/** @returns undefined when `end` is not that of a view as crv writes it. */
export function viewVersionAtEnd(end: Uint8Array): Version | undefined {
  const found = END.exec(new TextDecoder().decode(end))?.[1];
  const version = Number(found);
  return found !== undefined && Number.isSafeInteger(version) ? (version as Version) : undefined;
}
