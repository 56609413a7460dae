/** Stages what a merge does: parts are taken over where all of their rows come, else rows are written. */
import type { PartEntry, TableKey } from "@crv/core";
import type { MergedTable } from "@crv/storage-trait";
import type { EngineContext } from "../engine-context.js";
import { memberPieces } from "../read-member.js";
import type { EngineOperation } from "../staged-operation.js";
import { markedRows } from "./marked-rows.js";
import type { ArtifactPlan } from "./merge-artifacts.js";
import type { TablePlan } from "./plan-table.js";
import type { RowMarks } from "./row-marks.js";
import type { MergeSide } from "./side.js";

/** Parts that one merge takes over as they are: its record names each. The rows of more are written. */
const ADOPTED_PARTS_MAX = 16_384;

export class MergeStager {
  readonly #context: Pick<EngineContext, "parts" | "store">;
  readonly #operation: EngineOperation;
  readonly #ours: MergeSide;
  #adoptionsLeft = ADOPTED_PARTS_MAX;

  constructor(
    context: Pick<EngineContext, "parts" | "store">,
    operation: EngineOperation,
    ours: MergeSide,
  ) {
    this.#context = context;
    this.#operation = operation;
    this.#ours = ours;
  }

  async stageTable(table: TableKey, plan: TablePlan): Promise<MergedTable> {
    const { descriptor, dropped, drop, take } = plan;
    if (dropped) {
      await this.#operation.stageSchema(table, { kind: "evolve", descriptor, dropped });
    } else await this.#operation.stageSchema(table, { kind: "create", descriptor });
    const adopted = this.#chooseAdopted(take);
    const taken = take.filter((marks) => !adopted.has(marks));
    const trimmed = drop.filter(({ isWhole }) => !isWhole);
    const { parts } = this.#context;
    async function* rows() {
      yield* markedRows(parts, descriptor, trimmed, false);
      yield* markedRows(parts, descriptor, taken, true);
    }
    const written = await this.#operation.stageMergedParts(table, {
      removed: drop.map(({ part }) => part),
      adopted: [...adopted].map(({ part }) => entryOf(part)),
      rows: rows(),
    });
    return {
      table,
      rowsAdded: sum(take),
      rowsRemoved: sum(drop),
      partsAdopted: adopted.size,
      partsRemoved: drop.length,
      partsWritten: written,
    };
  }

  async stageArtifacts(plan: ArtifactPlan): Promise<void> {
    for (const [name, artifact] of plan) {
      if (artifact === undefined) await this.#operation.removeArtifact(name);
    }
    for (const [name, artifact] of plan) {
      if (artifact === undefined) continue;
      const { members } = artifact;
      if (members.every(({ path }) => !this.#isKnown(path))) {
        this.#operation.adoptArtifact(artifact);
        continue;
      }
      // It was ours before: a path is added once in the life of a branch.
      await this.#operation.stageArtifact(
        name,
        members.map((member) => ({
          name: member.name,
          body: () => memberPieces(this.#context.store, member),
          tensors: () => member.tensors,
        })),
      );
    }
  }

  /** The largest first: of these most rows need not be written. */
  #chooseAdopted(take: readonly RowMarks[]): ReadonlySet<RowMarks> {
    const whole = take.filter(({ isWhole, part }) => isWhole && !this.#isKnown(part.path));
    const chosen =
      whole.length <= this.#adoptionsLeft
        ? whole
        : [...whole].sort((a, b) => b.part.rows - a.part.rows).slice(0, this.#adoptionsLeft);
    this.#adoptionsLeft -= chosen.length;
    const isChosen = new Set(chosen);
    return new Set(take.filter((marks) => isChosen.has(marks)));
  }

  /** Whether ours had a file of this path at any time. */
  #isKnown(path: PartEntry["path"]): boolean {
    const { paths, version } = this.#ours.state;
    return paths.has(path, version);
  }
}

/** Without what is of the commit that added it. */
function entryOf(part: PartEntry & { readonly createdAt?: string }): PartEntry {
  const { createdAt: _, ...entry } = part;
  return entry;
}

function sum(marks: readonly RowMarks[]): number {
  return marks.reduce((total, { count }) => total + count, 0);
}
