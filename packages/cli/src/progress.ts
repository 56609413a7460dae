/** A progress bar on stderr, for people only: in a pipe or a log nothing is written. */
import { SingleBar } from "cli-progress";
import { formatCount } from "./format/figures.js";
import type { Terminal } from "./terminal.js";

export interface Progress extends Disposable {
  add(count: number): void;
}

/**
 * @param what Noun of what is counted, plural.
 * @param total Undefined when nobody knows it yet.
 */
export function showProgress(
  { showsNotes }: Terminal,
  what: string,
  total: number | undefined,
): Progress {
  if (!showsNotes) return { add: () => {}, [Symbol.dispose]: () => {} };
  const bar = new SingleBar({
    format:
      total === undefined
        ? `{value} ${what}  {duration_formatted}`
        : `{bar} {percentage}%  {value} of {total} ${what}  {duration_formatted}`,
    formatValue: (value, _options, type) =>
      type === "value" || type === "total" ? formatCount(value) : String(value),
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
  });
  bar.start(total ?? 0, 0);
  return { add: (count) => bar.increment(count), [Symbol.dispose]: () => bar.stop() };
}
