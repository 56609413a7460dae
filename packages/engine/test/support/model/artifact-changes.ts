/**
 * What one operation does to artifacts, as data, and how it is asked of a transaction. Artifacts are few,
 * so that random changes meet: two forms of one batch, and a file.
 */
import assert from "node:assert/strict";
import {
  type ArtifactName,
  CONTENT_MEMBER,
  formatFileName,
  formatIndexedName,
  METADATA_MEMBER,
  TENSORS_MEMBER,
} from "@crv/core";
import type { Transaction } from "@crv/io";
import fc from "fast-check";
import { type Members, membersText } from "../artifact-steps.js";
import { ArtifactTransaction } from "./artifact-transaction.js";
import type { ArtifactDraft } from "./model-artifacts.js";

export type ArtifactChange = { readonly artifact: ArtifactName } & (
  | { readonly kind: "put"; readonly members: Members }
  | { readonly kind: "remove" | "look" }
);

/** Members of each; of layers any of them. */
const MEMBERS: readonly (readonly [ArtifactName, readonly string[]])[] = [
  [formatIndexedName("batches", 7), [TENSORS_MEMBER]],
  [formatIndexedName("layers", 7), [METADATA_MEMBER, "a/x.safetensors", "b/x.safetensors"]],
  [formatFileName("config.json"), [CONTENT_MEMBER]],
];

const bytesOf = fc.array(fc.nat(9), { maxLength: 3 }).map((bytes) => Uint8Array.from(bytes));

export const artifactChangeOf: fc.Arbitrary<ArtifactChange> = fc
  .constantFrom(...MEMBERS)
  .chain(([artifact, names]) =>
    fc.oneof(
      membersOf(names).map((members) => putOf(artifact, members)),
      fc.record({
        kind: fc.constantFrom("remove" as const, "look" as const),
        artifact: fc.constant(artifact),
      }),
    ),
  );

function membersOf(names: readonly string[]): fc.Arbitrary<Members> {
  return fc
    .tuple(
      fc.shuffledSubarray([...names], { minLength: 1 }),
      fc.array(bytesOf, { minLength: names.length, maxLength: names.length }),
    )
    .map(([chosen, bytes]) => new Map(chosen.map((name, i) => [name, bytes[i] as Uint8Array])));
}

function putOf(artifact: ArtifactName, members: Members): ArtifactChange {
  return { kind: "put", artifact, members };
}

/**
 * Asks `change` of a transaction.
 *
 * @param draft What reads must see; undefined when the operation landed before, and stages nothing.
 */
export async function performOnArtifact(
  tx: Transaction,
  change: ArtifactChange,
  draft: ArtifactDraft | undefined,
): Promise<void> {
  assert.ok(tx instanceof ArtifactTransaction);
  const { artifact } = change;
  if (change.kind === "put") return tx.put(artifact, change.members);
  if (change.kind === "remove") return tx.remove(artifact);
  const members = await tx.look(artifact);
  if (draft === undefined) return;
  const what = `${artifact}, looked at in a transaction`;
  assert.equal(membersText(members), membersText(draft.read(artifact)), what);
}

export function formatArtifactChange(change: ArtifactChange): string {
  const members = change.kind === "put" ? ` ${membersText(change.members)}` : "";
  return `${change.kind} ${change.artifact}${members}`;
}
