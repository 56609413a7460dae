/** Starts writers of a campaign, hears what they were told, and stops or kills them. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("writer.mjs", import.meta.url));

/**
 * @typedef {object} WriterOptions
 * @property {string} root
 * @property {string} runId
 * @property {string} writer stands in every row, and as actor in every record
 * @property {number} seed decides its operations
 * @property {number} operations after which it ends by itself
 * @property {number} burst probability of three operations at once
 * @property {boolean} reads whether it does what reads before it writes; that takes longer to start
 * @property {"full" | "process"} durability
 * @property {number} [leaseMs]
 */

/**
 * What a writer was told of one operation, or of itself.
 * @typedef {object} Told
 * @property {"opened" | "committed" | "unchanged" | "refused" | "trimmed" | "refreshed"} told
 * @property {number} n of the operation; -1 for what is none
 * @property {string} [kind]
 * @property {number} [version]
 * @property {string} [conflict]
 */

export class WriterProcess {
  /** @type {Told[]} */
  told = [];
  wasKilled = false;
  wasStopped = false;
  #hasEnded = false;
  #wake = () => {};

  /**
   * The process waits; {@link go} lets it open the run.
   * @param {WriterOptions} options
   * @param {number} acknowledgements file that every line is written to, before anything is done with it
   */
  constructor(options, acknowledgements) {
    this.writer = options.writer;
    this.child = spawn(process.execPath, [PROGRAM, JSON.stringify(options)], {
      stdio: ["pipe", "pipe", "pipe"],
    });
    let stderr = "";
    this.child.stderr.setEncoding("utf8").on("data", (text) => {
      stderr += text;
    });
    createInterface(this.child.stdout).on("line", (line) => {
      const told = JSON.parse(line);
      const { runId, writer } = options;
      writeSync(acknowledgements, `${JSON.stringify({ runId, writer, ...told })}\n`);
      this.told.push(told);
      this.#wake();
    });
    // It may be killed before it reads.
    this.child.stdin.on("error", () => {});
    this.ended = once(this.child, "close").then(([code, signal]) => {
      this.#hasEnded = true;
      this.wasKilled = signal === "SIGKILL";
      this.#wake();
      if (code !== 0 && signal !== "SIGKILL")
        throw new Error(`${this.writer} ended by itself (${code ?? signal}): ${stderr}`);
    });
    // Who waits for it is told; until then it is no unhandled rejection.
    this.ended.catch(() => {});
  }

  /** Operations that it was told of. */
  get operations() {
    return this.told.filter(({ n }) => n >= 0);
  }

  go() {
    this.child.stdin.write("go\n");
    return this;
  }

  /** Resolves when it was told of so many operations, or has ended. @param {number} count */
  async reached(count) {
    while (this.operations.length < count && !this.#hasEnded)
      await new Promise((resolve) => {
        this.#wake = () => resolve(undefined);
      });
  }

  /** @param {"SIGSTOP" | "SIGCONT"} signal */
  signal(signal) {
    this.wasStopped = true;
    this.child.kill(signal);
  }

  /** Kills it, and waits until it is dead and all that it said was heard. */
  async kill() {
    this.child.kill("SIGKILL");
    await this.ended;
  }

  /** Lets it end what is under way. @throws Error when it failed. */
  async end() {
    this.child.stdin.write("end\n");
    await this.ended;
  }
}
