/** Random transactions on four tables and three artifacts: what writers of a random universe try. */
import { defineTable, type TableDescriptor } from "@crv/core";
import type { SeededRandom } from "@crv/storage-trait/testing";
import type { ArtifactStep } from "./artifact-steps.js";
import { chooseArtifactSteps } from "./random-artifacts.js";
import type { Row, RowStep, TickRange } from "./row-steps.js";
import { KEYED, LEFT, RIGHT } from "./universe.js";

/** Declared in two ways: whoever comes second with another one is refused. */
const CONTESTED = [10, 20].map((bucketSize) =>
  defineTable({ name: "contested_table", columns: { tick: "i64", value: "i64" }, bucketSize }),
);

/** Three buckets of the tables. */
const TICKS = 30;
const MIXED_STEPS_MAX = 4;

interface RowTransaction {
  readonly mode: "blind" | "strict";
  readonly steps: readonly RowStep[];
}

export interface RandomTransaction extends RowTransaction {
  readonly artifacts: readonly ArtifactStep[];
  /** Whether they are staged before the rows. */
  readonly artifactsFirst: boolean;
}

/** Of a transaction that writes, removes or looks at artifacts; it has fewer steps on rows. */
const ARTIFACTS_PROBABILITY = 0.12;
const ROW_STEPS_BESIDE_MAX = 2;

/** @param value Of its first row, and of what it writes to artifacts; it may use nine more. */
export function chooseTransaction(random: SeededRandom, value: number): RandomTransaction {
  const rows = chooseRows(random, value);
  if (random.fraction() >= ARTIFACTS_PROBABILITY) {
    return { ...rows, artifacts: [], artifactsFirst: false };
  }
  return {
    mode: rows.mode,
    steps: rows.steps.slice(0, random.integer(ROW_STEPS_BESIDE_MAX + 1)),
    artifacts: chooseArtifactSteps(random, value),
    artifactsFirst: random.fraction() < 0.5,
  };
}

function chooseRows(random: SeededRandom, value: number): RowTransaction {
  const rows = rowSource(random, value);
  const [one, other] = random.pick(PAIRS);
  const append = (table: TableDescriptor): RowStep => ({ kind: "append", table, rows: rows(1) });
  const luck = random.fraction();
  if (luck < 0.3) return { mode: "blind", steps: [append(LEFT), append(RIGHT)] };
  if (luck < 0.45) return { mode: "blind", steps: [append(one)] };
  if (luck < 0.55) return { mode: "strict", steps: [{ kind: "read", table: other }, append(one)] };
  if (luck < 0.75) return { mode: "blind", steps: [chooseRewrite(random, rows, one)] };
  if (luck < 0.85)
    return { mode: "blind", steps: [{ kind: "merge", table: KEYED, rows: rows(3) }] };
  if (luck < 0.9) {
    const table = random.pick(CONTESTED);
    return { mode: "blind", steps: [{ kind: "create", table }, append(table)] };
  }
  const count = 2 + random.integer(MIXED_STEPS_MAX - 1);
  const steps = Array.from({ length: count }, () => chooseStep(random, rows));
  return { mode: random.pick(["blind", "strict"]), steps };
}

const PAIRS = [
  [LEFT, RIGHT],
  [RIGHT, LEFT],
] as const;

/** Gives up to `count` rows at random ticks, whose values no other operation writes. */
type RowSource = (count: number) => readonly Row[];

function rowSource(random: SeededRandom, value: number): RowSource {
  let next = value;
  return (count) =>
    Array.from({ length: 1 + random.integer(count) }, () => ({
      tick: random.integer(TICKS),
      value: next++,
    }));
}

function chooseStep(random: SeededRandom, rows: RowSource): RowStep {
  const table = random.pick([LEFT, RIGHT, KEYED]);
  const luck = random.fraction();
  if (luck < 0.3) return { kind: "read", table };
  if (table === KEYED) return { kind: "merge", table, rows: rows(2) };
  if (luck < 0.6) return { kind: "append", table, rows: rows(2) };
  return chooseRewrite(random, rows, table);
}

function chooseRewrite(random: SeededRandom, rows: RowSource, table: TableDescriptor): RowStep {
  const luck = random.fraction();
  if (luck < 0.4) return { kind: "overwrite", table, rows: luck < 0.05 ? [] : rows(3) };
  const where = chooseRange(random);
  if (luck < 0.7) return { kind: "delete", table, where };
  return { kind: "update", table, where, value: rows(1)[0]?.value ?? 0 };
}

/** Up to two buckets. */
export function chooseRange(random: SeededRandom): TickRange {
  const tickMin = random.integer(TICKS);
  return { tickMin, tickMax: tickMin + random.integer(TICKS / 2) };
}
