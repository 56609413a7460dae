/**
 * Who must come before whom: edges between the transactions of a history.
 *
 *   ww  one appended right after the other to a list
 *   wr  one read what the other appended last
 *   rw  one read the list before the other appended to it
 *   rt  one was told before the other began
 *
 * Real-time edges are reduced: a transaction follows those that ended before it began, but for those
 * that another of them follows. Their number is that of transactions times those at once.
 */
import type { History, Transaction } from "./history.js";
import type { IndexedHistory } from "./list-index.js";

export type EdgeKind = "ww" | "wr" | "rw" | "rt";

/** Bits, so that a set of kinds is a number. */
export const EDGE_BITS: Readonly<Record<EdgeKind, number>> = { ww: 1, wr: 2, rw: 4, rt: 8 };

export class DependencyGraph {
  readonly size: number;
  readonly #targets: number[][];
  readonly #kinds: number[][];

  constructor(size: number) {
    this.size = size;
    this.#targets = Array.from({ length: size }, () => []);
    this.#kinds = Array.from({ length: size }, () => []);
  }

  add(kind: EdgeKind, from: number, to: number): void {
    if (from === to) return;
    this.#targets[from]?.push(to);
    this.#kinds[from]?.push(EDGE_BITS[kind]);
  }

  /** Number of edges out of `node`. */
  degree(node: number): number {
    return (this.#targets[node] as number[]).length;
  }

  target(node: number, edge: number): number {
    return (this.#targets[node] as number[])[edge] as number;
  }

  /** Bit of the kind. */
  kind(node: number, edge: number): number {
    return (this.#kinds[node] as number[])[edge] as number;
  }
}

export function buildGraph(
  history: History,
  { lists, distrusted }: IndexedHistory,
): DependencyGraph {
  const graph = new DependencyGraph(history.length);
  for (const { order, writers } of lists.values()) {
    for (let i = 1; i < order.length; i++) {
      graph.add(
        "ww",
        writers.get(order[i - 1] as number) as number,
        writers.get(order[i] as number) as number,
      );
    }
  }
  for (const [reader, { steps, outcome }] of history.entries()) {
    if (outcome !== "committed") continue;
    for (const step of steps) {
      if (step.kind !== "read" || distrusted.has(step)) continue;
      const index = lists.get(step.key);
      if (index === undefined) continue;
      const last = step.list.at(-1);
      if (last !== undefined) graph.add("wr", index.writers.get(last) as number, reader);
      const next = index.order[step.list.length];
      if (next !== undefined) graph.add("rw", reader, index.writers.get(next) as number);
    }
  }
  addRealTime(history, graph);
  return graph;
}

function addRealTime(history: History, graph: DependencyGraph): void {
  const moments = history
    .flatMap(({ outcome, began, ended }, index) => [
      { at: began, index, begins: true },
      // Who was never told, or aborted, is before nobody.
      ...(outcome === "committed" ? [{ at: ended, index, begins: false }] : []),
    ])
    .sort((a, b) => a.at - b.at || Number(a.begins) - Number(b.begins));
  /** Ended, and followed by none that ended. */
  const frontier = new Set<number>();
  const before = new Map<number, readonly number[]>();
  for (const { index, begins } of moments) {
    if (begins) {
      const { outcome } = history[index] as Transaction;
      if (outcome === "aborted") continue;
      before.set(index, [...frontier]);
      for (const earlier of frontier) graph.add("rt", earlier, index);
    } else {
      for (const earlier of before.get(index) ?? []) frontier.delete(earlier);
      before.delete(index);
      frontier.add(index);
    }
  }
}
