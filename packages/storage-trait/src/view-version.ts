/** Which version a published view shows. Views are JSON objects with the member `run_version`. */
import type { Version } from "@crv/core";

/** @returns undefined when `body` is torn or not a view: anything may replace it. */
export function viewVersion(body: Uint8Array): Version | undefined {
  try {
    const view: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
    if (typeof view !== "object" || view === null || !Object.hasOwn(view, "run_version")) {
      return undefined;
    }
    const { run_version: version } = view as { readonly run_version: unknown };
    return Number.isSafeInteger(version) && (version as number) >= 0
      ? (version as Version)
      : undefined;
  } catch {
    return undefined;
  }
}
