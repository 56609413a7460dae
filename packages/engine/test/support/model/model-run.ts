/** The run as it ought to be: every version's rows, and what became of every operation id. */
import type { ArtifactName, OperationId } from "@crv/core";
import { ArtifactDraft, ModelArtifacts } from "./model-artifacts.js";
import { ModelDraft, type ModelTables } from "./model-draft.js";
import { ModelNames } from "./model-names.js";
import type { Row } from "./tables.js";

export interface ModelVersion {
  readonly tables: ModelTables;
  /** Tables that the commit changed. */
  readonly touched: readonly string[];
  /** Of the operation; undefined for a recovery, and for appends that were given none. */
  readonly id: OperationId | undefined;
  /** Operations that share the version; of a recovery none. */
  readonly operations: number;
  /** Only parts are others, not rows. */
  readonly preserving?: true;
}

export type ModelOutcome =
  | { readonly kind: "committed" | "unchanged"; readonly version: number }
  | { readonly kind: "duplicate"; readonly version: number }
  | { readonly kind: "fenced" }
  /** Any of these may be named. */
  | {
      readonly kind: "conflict";
      readonly tables: readonly string[];
      readonly artifacts: readonly ArtifactName[];
    };

export class ModelRun {
  readonly versions: ModelVersion[] = [
    { tables: new Map(), touched: [], id: undefined, operations: 0 },
  ];
  readonly artifacts = new ModelArtifacts();
  readonly landed = new Map<OperationId, number>();
  readonly aborted = new Set<OperationId>();
  /** Ids that may be brought again. */
  readonly ids: OperationId[] = [];
  /** Ids that were minted. */
  idCount = 0;
  /** Lowest version of the log. */
  floor = 1;
  readonly names = new ModelNames();

  get head(): number {
    return this.versions.length - 1;
  }

  get newest(): ModelTables {
    return this.at(this.head).tables;
  }

  at(version: number): ModelVersion {
    return this.versions[version] as ModelVersion;
  }

  /** How often the table was changed up to `version`. */
  tableVersion(table: string, version: number): number {
    return this.versions.slice(0, version + 1).filter(({ touched }) => touched.includes(table))
      .length;
  }

  /** An operation that begins now. */
  draft(): ModelDraft {
    return new ModelDraft(this.newest, new ArtifactDraft(this.artifacts, this.head));
  }

  /** What becomes of `draft`, begun at version `base`; changes nothing. */
  judge(draft: ModelDraft, base: number, id: OperationId): ModelOutcome {
    const landedAt = this.landed.get(id);
    if (landedAt !== undefined) return { kind: "duplicate", version: landedAt };
    if (this.aborted.has(id)) return { kind: "fenced" };
    if (!draft.hasEffect) return { kind: "unchanged", version: base };
    const since = this.versions.slice(base + 1).filter(({ preserving }) => !preserving);
    const moved = since.flatMap(({ touched }) => touched);
    const tables = moved.filter((table) => draft.strict.has(table));
    const artifacts = draft.artifacts.movedAt(this.head);
    return tables.length > 0 || artifacts.length > 0
      ? { kind: "conflict", tables, artifacts }
      : { kind: "committed", version: this.head + 1 };
  }

  commit(draft: ModelDraft, id: OperationId): void {
    this.versions.push({
      tables: draft.over(this.newest),
      touched: draft.touched,
      id,
      operations: 1,
    });
    this.artifacts.commit(this.head, draft.artifacts.effects);
    this.landed.set(id, this.head);
  }

  /** A commit of appends without ids of their callers'. */
  append(appends: readonly { readonly table: string; readonly rows: readonly Row[] }[]): void {
    const tables = new Map(this.newest);
    for (const { table, rows } of appends) {
      tables.set(table, [...(tables.get(table) ?? []), ...rows.map((row) => ({ ...row }))]);
    }
    const touched = [...new Set(appends.map(({ table }) => table))];
    this.versions.push({ tables, touched, id: undefined, operations: appends.length });
  }

  /** A commit that only changes which parts hold the rows. */
  rearrange(touched: readonly string[]): void {
    const { newest: tables } = this;
    this.versions.push({ tables, touched, id: undefined, operations: 1, preserving: true });
  }

  /** A commit that makes or deletes a name. */
  name(): void {
    this.versions.push({ tables: this.newest, touched: [], id: undefined, operations: 1 });
  }

  /** The commit of a merge. */
  merge(tables: ModelTables, touched: readonly string[]): void {
    this.versions.push({ tables, touched, id: undefined, operations: 1 });
  }

  /** A commit that changes no table: somebody recovered. */
  recover(aborts: readonly OperationId[]): void {
    this.versions.push({ tables: this.newest, touched: [], id: undefined, operations: 0 });
    for (const id of aborts) this.aborted.add(id);
  }
}
