/**
 * Shows an artifact under the names of its views, and takes away those of members that are gone. Rule
 * `viewloop`: the root is read again, until what is shown is what it says. Nothing of ours reads a view.
 * Source: docs/format/artifacts.md, "Views".
 */
import {
  type Artifact,
  type ArtifactMember,
  type ArtifactName,
  formatArtifactViewKey,
  isTensorMember,
  type ObjectKey,
  type Version,
} from "@crv/core";
import type { RunState } from "@crv/manifest";
import type { ViewContext } from "./show-table.js";

/** Who replaces an artifact more often than that meanwhile is alive, and shows it. */
const SHOWN_TIMES_MAX = 3;

/** @param since Of the state before: members that it had and that are gone are shown no more. */
export async function showArtifact(
  context: ViewContext,
  name: ArtifactName,
  since: Version,
): Promise<void> {
  const { log, store, residual } = context;
  for (let times = 0; times < SHOWN_TIMES_MAX; times++) {
    const { state } = log;
    const artifact = artifactAt(state, name);
    // Rule `syncfound`: a view is durable, so what it shows must be first.
    await log.makeDurable(store);
    const gone = goneViews(state, name, since, artifact);
    if (gone.length > 0) await residual.removeViews(gone);
    for (const { view, member, how } of artifactViews(artifact)) {
      await residual.showPart(view, member.path, how);
    }
    const newer = await log.refresh();
    if (artifactAt(newer, name)?.version === artifact?.version) return;
  }
}

function artifactAt({ artifacts, version }: RunState, name: ArtifactName): Artifact | undefined {
  return artifacts.at(name, version);
}

/** Where a member of an artifact is shown, and how. */
export interface ArtifactView {
  readonly view: ObjectKey;
  readonly member: ArtifactMember;
  /** JSON is edited in place by other programs, which would change the part. */
  readonly how: "link" | "copy";
}

export function artifactViews(artifact: Artifact | undefined): readonly ArtifactView[] {
  return (artifact?.members ?? []).flatMap((member) => {
    const view = formatArtifactViewKey((artifact as Artifact).name, member.name);
    const how = isTensorMember(member.name) ? "link" : "copy";
    return view === undefined ? [] : [{ view, member, how }];
  });
}

function goneViews(
  state: RunState,
  name: ArtifactName,
  since: Version,
  artifact: Artifact | undefined,
): readonly ObjectKey[] {
  const shown = new Set(artifactViews(artifact).map(({ view }) => view));
  const before = state.artifacts.versions(name, since, state.version).flatMap(artifactViews);
  return [...new Set(before.map(({ view }) => view))].filter((view) => !shown.has(view));
}
