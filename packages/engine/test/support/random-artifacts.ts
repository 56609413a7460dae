/** Random steps on a few artifacts, one of each form: what transactions of a random universe do besides. */
import {
  type ArtifactName,
  CONTENT_MEMBER,
  formatFileName,
  formatIndexedName,
  TENSORS_MEMBER,
} from "@crv/core";
import type { SeededRandom } from "@crv/storage-trait/testing";
import type { ArtifactStep, Members } from "./artifact-steps.js";

const BATCH = formatIndexedName("batches", 1);
const LAYERS = formatIndexedName("layers", 1);
const FILE = formatFileName("config.json");
const NAMES: readonly ArtifactName[] = [BATCH, LAYERS, FILE];
/** A batch of both, or of one: then the other one's file must go. */
const LAYER_MEMBERS = [
  ["a/x.safetensors", "b/x.safetensors"],
  ["a/x.safetensors"],
  ["b/x.safetensors"],
];

/** One step, or two on different artifacts or on the same. @param value That no other operation writes. */
export function chooseArtifactSteps(random: SeededRandom, value: number): readonly ArtifactStep[] {
  return Array.from({ length: 1 + random.integer(2) }, (_, i) => {
    const name = random.pick(NAMES);
    const luck = random.fraction();
    if (luck < 0.6) return { kind: "put", name, members: chooseMembers(random, name, value + i) };
    return { kind: luck < 0.8 ? "remove" : "look", name };
  });
}

function chooseMembers(random: SeededRandom, name: ArtifactName, value: number): Members {
  const bytes = Uint8Array.of(value >> 8, value & 0xff);
  if (name === BATCH) return new Map([[TENSORS_MEMBER, bytes]]);
  if (name === FILE) return new Map([[CONTENT_MEMBER, bytes]]);
  return new Map(
    random.pick(LAYER_MEMBERS).map((member, i) => [member, Uint8Array.of(...bytes, i)]),
  );
}
