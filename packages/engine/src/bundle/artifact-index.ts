/** Which artifacts a run has: files that programs put below `artifacts/`, which crv only lists. */
import {
  ARTIFACTS_PREFIX,
  type BundledArtifact,
  CrvError,
  LAB_ARTIFACTS,
  type LabArtifacts,
  type RunBundle,
} from "@crv/core";
import type { ObjectInfo, ObjectReader } from "@crv/storage-trait/object-store";
import type { PartStore } from "@crv/storage-trait/parts";

type Omitted = RunBundle["artifacts"]["omitted"][number];

/** The files directly in each directory of the lab, in order of name. Opens Parquet files only. */
export async function indexArtifacts(
  store: ObjectReader,
  parts: PartStore,
): Promise<RunBundle["artifacts"]> {
  const omitted: Omitted[] = [];
  const lab: [string, readonly BundledArtifact[]][] = [];
  for (const kind of LAB_ARTIFACTS) {
    const found: BundledArtifact[] = [];
    const prefix = `${ARTIFACTS_PREFIX}lab/${kind}/`;
    for await (const file of store.list(prefix)) {
      if (file.key.slice(prefix.length).includes("/")) continue;
      if (isUnfinished(file.key)) omitted.push({ path: file.key, reason: "a write under way" });
      else found.push(await describe(parts, file));
    }
    lab.push([kind, found]);
  }
  return { lab: Object.fromEntries(lab) as LabArtifacts, world: {}, mind: {}, omitted };
}

function isUnfinished(path: string): boolean {
  return path.endsWith(".tmp");
}

/** Rows of a Parquet file; one that cannot be read has none, and harms no other. */
async function describe(
  parts: PartStore,
  { key: path, sizeBytes: bytes }: ObjectInfo,
): Promise<BundledArtifact> {
  if (!path.endsWith(".parquet")) return { path, bytes };
  try {
    const inspected = await parts.inspect(path);
    return inspected ? { path, bytes, rows: inspected.rows } : { path, bytes };
  } catch (error) {
    if (error instanceof CrvError && ["CORRUPT", "LIMIT_EXCEEDED"].includes(error.code)) {
      return { path, bytes };
    }
    throw error;
  }
}
