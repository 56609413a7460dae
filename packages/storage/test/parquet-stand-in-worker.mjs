/** A decoding worker that does what the first column of its task says, instead of decoding. */
const acts = {
  answer: (task) => ({ kind: "decoded", streams: [], rows: task.rows, next: undefined }),
  fail() {
    throw new Error("the decoder refused");
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

export default (task) => acts[task.columns[0]](task);
