/**
 * Checks a history: strict serializability, with the class of what breaks it. Time grows with the
 * number of steps read and appended, but for cycles, which are few or the end of the check.
 */
import { findComponents } from "./components.js";
import { buildGraph, DependencyGraph, EDGE_BITS } from "./dependency-graph.js";
import type { Anomaly, AnomalyKind, History } from "./history.js";
import { indexHistory } from "./list-index.js";

const WW = EDGE_BITS.ww;
const WR = EDGE_BITS.wr;
const RW = EDGE_BITS.rw;
const RT = EDGE_BITS.rt;

/** Everything that is wrong; of transactions that lie on cycles together, the simplest class. */
export function checkHistory(history: History): readonly Anomaly[] {
  const indexed = indexHistory(history);
  const graph = buildGraph(history, indexed);
  const cyclic = findComponents(graph, WW | WR | RW);
  const explained = new Set(cyclic.flat());
  const late = findComponents(graph, WW | WR | RW | RT).filter(
    (component) => !component.some((node) => explained.has(node)),
  );
  return [
    ...indexed.anomalies,
    ...cyclic.map((component) => describe(classOf(graph, component), component)),
    ...late.map((component) => describe("real-time", component)),
  ];
}

/** The simplest class of cycle within a component. */
function classOf(graph: DependencyGraph, component: readonly number[]): AnomalyKind {
  const within = subgraph(graph, component);
  if (findComponents(within, WW).length > 0) return "G0";
  if (findComponents(within, WW | WR).length > 0) return "G1c";
  for (let node = 0; node < within.size; node++) {
    for (let edge = 0; edge < within.degree(node); edge++) {
      if (within.kind(node, edge) !== RW) continue;
      if (isReachable(within, within.target(node, edge), node)) return "G-single";
    }
  }
  return "G2";
}

/** The component as a graph of its own, whose nodes count from 0. */
function subgraph(graph: DependencyGraph, component: readonly number[]): DependencyGraph {
  const numbers = new Map(component.map((node, i) => [node, i]));
  const within = new DependencyGraph(component.length);
  for (const [i, node] of component.entries()) {
    for (let edge = 0; edge < graph.degree(node); edge++) {
      const target = numbers.get(graph.target(node, edge));
      const kind = graph.kind(node, edge);
      if (target === undefined || kind === RT) continue;
      within.add(kind === WW ? "ww" : kind === WR ? "wr" : "rw", i, target);
    }
  }
  return within;
}

/** Whether `to` follows `from` by writes and reads of them. */
function isReachable(graph: DependencyGraph, from: number, to: number): boolean {
  const seen = new Set([from]);
  const pending = [from];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node === to) return true;
    for (let edge = 0; edge < graph.degree(node); edge++) {
      const target = graph.target(node, edge);
      if ((graph.kind(node, edge) & (WW | WR)) === 0 || seen.has(target)) continue;
      seen.add(target);
      pending.push(target);
    }
  }
  return false;
}

function describe(kind: AnomalyKind, transactions: readonly number[]): Anomaly {
  const some = transactions.slice(0, 10).join(", ");
  return { kind, transactions, why: `${transactions.length} transactions on a cycle: ${some}` };
}
