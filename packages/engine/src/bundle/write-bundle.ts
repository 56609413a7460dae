/**
 * Writes `bundle.manifest.json`. It is a view: derived, replaced whole, never read back but for the
 * version it shows. Source: docs/format/run-bundle.md.
 */
import { BUNDLE_VIEW_KEY, type RunBundle, type RunBundleFacts } from "@crv/core";
import { composeBundle, encodeBundle } from "@crv/manifest";
import { viewAhead } from "@crv/recovery";
import type { EngineContext } from "../engine-context.js";
import { indexArtifacts } from "./artifact-index.js";

/** As `StagedStorage.writeBundle` says. */
export async function writeBundle(
  context: EngineContext,
  facts: RunBundleFacts,
): Promise<RunBundle> {
  const { log, store, residual, runId, parts } = context;
  const artifacts = await indexArtifacts(store, parts);
  for (let isRepeated = false; ; isRepeated = true) {
    const state = await log.refresh();
    // Rule `syncfound`: the bundle is durable, so what it shows must be first.
    await log.makeDurable(store);
    const bundle = composeBundle(runId, state, artifacts, facts);
    const outcome = await residual.replaceView(
      BUNDLE_VIEW_KEY,
      state.version,
      encodeBundle(bundle),
    );
    if (outcome === "replaced") return bundle;
    // Another process may have committed and shown it since; then the log has moved, too.
    const isLost = isRepeated && (await log.refresh()).version === state.version;
    if (isLost) throw viewAhead(BUNDLE_VIEW_KEY, state.version);
  }
}
