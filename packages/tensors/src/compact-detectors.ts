/** All entries of the run-wide detectors in the original's form. Source: docs/format/artifacts.md, "Tensors". */
import { DETECTORS_ARTIFACT, formatLayerMember, METADATA_MEMBER } from "@crv/core";
import type { Tensor } from "@crv/safetensors";
import type { StagedOperation } from "@crv/storage-trait";
import { encodeJson } from "./python-json.js";
import type { RunReader } from "./run-reader.js";
import type { Json } from "./tensor-input.js";
import { tensorMember } from "./tensor-member.js";

/** Holds all of them at once. */
export async function stageCompactDetectors(tx: StagedOperation, run: RunReader): Promise<void> {
  const batches: Json[] = [];
  const files = new Map<string, Map<string, Tensor>>();
  for (const entry of await run.detectors()) {
    batches.push((await entry.metadata()) as Json);
    for (const [layer, keys] of await entry.tensors()) {
      for (const [key, place] of keys) {
        const member = formatLayerMember(layer, key);
        const tensors = files.get(member) ?? new Map();
        files.set(member, tensors.set(`batch_${entry.index}`, await place.file.tensor(place.name)));
      }
    }
  }
  const json = encodeJson({ batches });
  const members = [...files].map(([member, tensors]) => tensorMember(member, member, tensors));
  await tx.stageArtifact(DETECTORS_ARTIFACT, [
    { name: METADATA_MEMBER, body: () => json },
    ...members,
  ]);
}
