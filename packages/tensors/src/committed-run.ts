/** The tensors of a run at a pinned version. */
import {
  type Artifact,
  type ArtifactMember,
  describeArtifactName,
  formatIndexedName,
  METADATA_ARTIFACT,
  METADATA_MEMBER,
  parseLayerMember,
} from "@crv/core";
import type { SnapshotHandle, StagedOperation, StagedStorage } from "@crv/storage-trait";
import { decodeJson } from "./python-json.js";
import type { DetectorsEntry, LayerFiles, LayersForm, RunReader } from "./run-reader.js";
import { ENTRY_FIELD } from "./stage-tensors.js";
import { TensorFile } from "./tensor-file.js";

/** Where artifacts are looked up: a snapshot, or an operation with what it has staged. */
export interface ArtifactView {
  artifact(name: Artifact["name"]): Artifact | undefined;
  artifacts(prefix: string): Iterable<Artifact>;
}

export function viewOf(
  source: StagedOperation | { readonly storage: StagedStorage; readonly snapshot: SnapshotHandle },
): ArtifactView {
  if (!("snapshot" in source)) return source;
  const { storage, snapshot } = source;
  return {
    artifact: (name) => storage.artifact(snapshot, name),
    artifacts: (prefix) => storage.artifacts(snapshot, prefix),
  };
}

export class CommittedRun implements RunReader {
  readonly runId: string;
  readonly #storage: StagedStorage;
  readonly #view: ArtifactView;
  readonly #close: () => Promise<void>;

  constructor(storage: StagedStorage, view: ArtifactView, close = () => Promise.resolve()) {
    this.runId = storage.runId;
    this.#storage = storage;
    this.#view = view;
    this.#close = close;
  }

  async indexes(): Promise<readonly number[]> {
    const found = new Set<number>();
    for (const prefix of ["batches/", "layers/"]) {
      for (const { name } of this.#view.artifacts(prefix)) {
        const parsed = describeArtifactName(name);
        if ("index" in parsed) found.add(parsed.index);
      }
    }
    return [...found].sort((a, b) => a - b);
  }

  async batch(index: number): Promise<TensorFile | undefined> {
    const artifact = this.#view.artifact(formatIndexedName("batches", index));
    const [member] = artifact?.members ?? [];
    return member && this.#file(`batch ${index}`, member);
  }

  async layers(index: number): Promise<LayersForm | undefined> {
    const artifact = this.#view.artifact(formatIndexedName("layers", index));
    if (artifact === undefined) return undefined;
    const json = artifact.members.find(({ name }) => name === METADATA_MEMBER);
    return {
      metadata: async () => json && this.#storage.readMember(json),
      files: this.#layerFiles(`batch ${index}`, artifact.members),
    };
  }

  async metadata(): Promise<Uint8Array | undefined> {
    const [member] = this.#view.artifact(METADATA_ARTIFACT)?.members ?? [];
    return member && this.#storage.readMember(member);
  }

  async detectors(): Promise<readonly DetectorsEntry[]> {
    const entries: DetectorsEntry[] = [];
    for (const { name, members } of this.#view.artifacts("detectors/")) {
      const parsed = describeArtifactName(name);
      const [member] = members;
      if (parsed.kind !== "detectors" || member === undefined) continue;
      entries.push(this.#entry(parsed.index, member));
    }
    return entries.sort((a, b) => a.index - b.index);
  }

  close(): Promise<void> {
    return this.#close();
  }

  #entry(index: number, member: ArtifactMember): DetectorsEntry {
    const what = `entry ${index} of the detectors`;
    const file = this.#file(what, member);
    return {
      index,
      metadata: async () =>
        decodeJson(what, Buffer.from((await file.metadata()).get(ENTRY_FIELD) ?? "", "utf8")),
      tensors: async () => {
        const layers = new Map<string, Map<string, { file: TensorFile; name: string }>>();
        for (const { name } of await file.stat()) {
          const slash = name.indexOf("/");
          const layer = name.slice(0, slash);
          const keys = layers.get(layer) ?? new Map();
          layers.set(layer, keys.set(name.slice(slash + 1), { file, name }));
        }
        return layers;
      },
    };
  }

  #layerFiles(what: string, members: readonly ArtifactMember[]): LayerFiles {
    const layers = new Map<string, Map<string, TensorFile>>();
    for (const member of members) {
      const parsed = parseLayerMember(member.name);
      if (parsed === undefined) continue;
      const { layer, key } = parsed;
      const files = layers.get(layer) ?? new Map<string, TensorFile>();
      layers.set(layer, files.set(key, this.#file(`${what}, layer ${layer}, ${key}`, member)));
    }
    return layers;
  }

  #file(what: string, member: ArtifactMember): TensorFile {
    return new TensorFile({
      what: `${what} of run ${this.runId}`,
      bytes: member.bytes,
      ...(member.tensors && { tensors: member.tensors }),
      read: (start, end, into) =>
        this.#storage.readMember(member, { start, end, ...(into && { into }) }),
    });
  }
}
