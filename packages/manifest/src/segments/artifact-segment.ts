/** A segment of artifacts. Source: docs/format/checkpoint.md, "Segments". */
import {
  type ArtifactMember,
  CrvError,
  canonicalJson,
  type ObjectKey,
  parseArtifactName,
} from "@crv/core";
import { type ArtifactFact, ArtifactRun } from "../artifacts/artifact-run.js";
import { areMembersOf, membersShape, writeMember } from "../artifacts/artifact-shape.js";
import { corrupt } from "../document.js";
import type { SegmentRef } from "../parts/part-chunk.js";
import { timeShape } from "../shapes.js";
import { type Column, type ColumnTypes, decodeColumns, encodeColumns } from "./arrow-columns.js";

const TYPES: ColumnTypes = { name: "text", version: "number", created_at: "text", members: "text" };

/** The bytes of a segment of this run. The same run always gives the same bytes. */
export function encodeArtifactSegment({ facts }: ArtifactRun): Uint8Array {
  return encodeColumns(
    {
      name: textColumn(facts.map(({ name }) => name)),
      version: { kind: "number", values: Float64Array.from(facts, ({ version }) => version) },
      created_at: textColumn(facts.map(({ createdAt }) => createdAt)),
      members: textColumn(facts.map((fact) => canonicalJson(fact.members().map(writeMember)))),
    },
    facts.length,
  );
}

function textColumn(texts: readonly string[]): Column {
  const values = texts.map((text) => Buffer.from(text));
  const offsets = new Int32Array(values.length + 1);
  for (const [i, { byteLength }] of values.entries()) {
    offsets[i + 1] = (offsets[i] as number) + byteLength;
  }
  return { kind: "text", offsets, values: Buffer.concat(values) };
}

/**
 * The run of a segment, or undefined when its columns are not those that a writer writes. The members
 * of an artifact are checked when they are asked for.
 */
export function decodeArtifactSegment(
  key: ObjectKey,
  bytes: Uint8Array,
  last: number,
  segment: SegmentRef,
): ArtifactRun | undefined {
  const columns = decodeColumns(bytes, TYPES);
  if (columns === undefined) return undefined;
  const versions = columns.version?.values as Float64Array;
  const [names, times, members] = ["name", "created_at", "members"].map((name) =>
    textsOf(columns[name] as Extract<Column, { kind: "text" }>),
  ) as [readonly string[], readonly string[], readonly string[]];
  const facts: ArtifactFact[] = [];
  for (const [i, version] of versions.entries()) {
    const before = facts.at(-1)?.version ?? 1;
    const name = nameOf(names[i] as string);
    const time = timeShape.safeParse(times[i]);
    const text = members[i] as string;
    if (!Number.isSafeInteger(version) || version < before || version > last) return undefined;
    if (name === undefined || !time.success) return undefined;
    let decoded: readonly ArtifactMember[] | undefined;
    facts.push({
      name,
      version,
      createdAt: time.data,
      isRemoved: text === "[]",
      members: () => {
        decoded ??= decodeMembers(key, name, text);
        return decoded;
      },
    });
  }
  return new ArtifactRun(facts, segment);
}

function textsOf({ offsets, values }: Extract<Column, { kind: "text" }>): readonly string[] {
  const text = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return Array.from({ length: offsets.length - 1 }, (_, i) =>
    text.toString("utf8", offsets[i], offsets[i + 1]),
  );
}

function nameOf(text: string): ArtifactFact["name"] | undefined {
  try {
    return parseArtifactName(text);
  } catch (error) {
    if (error instanceof CrvError) return undefined;
    throw error;
  }
}

function decodeMembers(
  key: ObjectKey,
  name: ArtifactFact["name"],
  text: string,
): readonly ArtifactMember[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw corrupt(key, `the members of ${name} are no JSON`, cause);
  }
  const shaped = membersShape.safeParse(value);
  if (shaped.success && areMembersOf(name, shaped.data)) return shaped.data;
  throw corrupt(key, `the members of ${name} are not of their shape`, shaped.error);
}
