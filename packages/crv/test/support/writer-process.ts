/** Starts processes that write to a run, and kills them. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterEach } from "vitest";

const PROGRAM = fileURLToPath(new URL("../programs/writer.mjs", import.meta.url));

const started: WriterProcess[] = [];

// Also those of a test that failed half-way.
afterEach(() => {
  for (const writer of started.splice(0)) writer.kill();
});

export interface WriterOptions {
  readonly root: string;
  readonly runId: string;
  /** Stands in every row, and as actor in every record. */
  readonly writer: string;
  readonly commits: number;
  readonly tables: "events" | "both";
  /** Kills itself there, at the first commit: `before-publish`, `after-views`. */
  readonly killAt?: string;
  /** Of every commit. */
  readonly operationId?: string;
}

/** A commit that the writer was told of. */
export interface Acknowledged {
  readonly n: number;
  readonly version: number;
}

export class WriterProcess {
  readonly acknowledged: Acknowledged[] = [];
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #ended: Promise<{ readonly signal: string | null; readonly stderr: string }>;

  /** The process waits; {@link go} lets it open the run. */
  constructor(options: WriterOptions) {
    this.#child = spawn(process.execPath, [PROGRAM, JSON.stringify(options)], {
      stdio: ["pipe", "pipe", "pipe"],
    });
    let stderr = "";
    this.#child.stderr.setEncoding("utf8").on("data", (text) => {
      stderr += text;
    });
    createInterface(this.#child.stdout).on("line", (line) => {
      this.acknowledged.push(JSON.parse(line) as Acknowledged);
    });
    this.#ended = once(this.#child, "close").then(([, signal]) => ({ signal, stderr }));
    // It may be killed before it reads.
    this.#child.stdin.on("error", () => {});
    started.push(this);
  }

  go(): this {
    this.#child.stdin.end("go");
    return this;
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  /** What it had been told when it ended. @throws Error when it failed by itself. */
  async end(): Promise<readonly Acknowledged[]> {
    const { signal, stderr } = await this.#ended;
    const { exitCode } = this.#child;
    if (exitCode !== 0 && signal !== "SIGKILL") throw new Error(`exit code ${exitCode}: ${stderr}`);
    return this.acknowledged;
  }
}

/** Runs one writer to its end. */
export function runWriter(options: WriterOptions): Promise<readonly Acknowledged[]> {
  return new WriterProcess(options).go().end();
}
