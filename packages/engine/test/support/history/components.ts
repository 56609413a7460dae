/** Strongly connected components: the nodes that lie on cycles together (Tarjan 1972), without recursion. */
import type { DependencyGraph } from "./dependency-graph.js";

/** Components of more than one node, over the edges whose kind is among the bits of `kinds`. */
export function findComponents(
  graph: DependencyGraph,
  kinds: number,
): readonly (readonly number[])[] {
  const { size } = graph;
  const indexes = new Int32Array(size).fill(-1);
  const lowest = new Int32Array(size);
  const isOpen = new Uint8Array(size);
  const nextEdge = new Int32Array(size);
  const open: number[] = [];
  const path: number[] = [];
  const found: (readonly number[])[] = [];
  let count = 0;
  const enter = (node: number): void => {
    indexes[node] = lowest[node] = count++;
    isOpen[node] = 1;
    open.push(node);
    path.push(node);
  };
  for (let root = 0; root < size; root++) {
    if (indexes[root] !== -1) continue;
    enter(root);
    for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
      const edge = nextEdge[node] as number;
      if (edge < graph.degree(node)) {
        nextEdge[node] = edge + 1;
        if ((graph.kind(node, edge) & kinds) === 0) continue;
        const target = graph.target(node, edge);
        if (indexes[target] === -1) enter(target);
        else if (isOpen[target])
          lowest[node] = Math.min(lowest[node] as number, indexes[target] as number);
        continue;
      }
      path.pop();
      const parent = path.at(-1);
      if (parent !== undefined)
        lowest[parent] = Math.min(lowest[parent] as number, lowest[node] as number);
      if (lowest[node] !== indexes[node]) continue;
      const component = open.splice(open.lastIndexOf(node));
      for (const member of component) isOpen[member] = 0;
      if (component.length > 1) found.push(component);
    }
  }
  return found;
}
