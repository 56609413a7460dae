/** A codec thread that does what its task says, in the place of a column name, instead of its work. */
const acts = {
  fail() {
    throw new Error("the codec refused");
  },
  panic() {
    queueMicrotask(() => {
      throw new WebAssembly.RuntimeError("unreachable");
    });
    return new Promise(() => {});
  },
  exit: () => process.exit(3),
  hang: () => new Promise(() => {}),
  spin() {
    for (;;);
  },
};

export function decode({ columns: [act], rows }) {
  if (act === "answer") return { kind: "decoded", streams: [], rows, next: undefined };
  return acts[act]();
}

export function encode({ properties: { columns }, streams }) {
  const [{ name: act }] = columns;
  return act === "answer" ? { pieces: streams, streams: [] } : acts[act]();
}
