/** Starts `appender.mjs`, and asks it one thing after another. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("appender.mjs", import.meta.url));

/**
 * @typedef {{ name: string, code?: string, action?: string, message: string }} Refusal
 * @typedef {{ value: any, error?: undefined } | { value?: undefined, error: Refusal }} Answer
 */

export class AppenderProcess {
  #answers;
  #stderr = "";

  /** @param {string} root */
  constructor(root) {
    this.child = spawn(process.execPath, [PROGRAM, root], { stdio: ["pipe", "pipe", "pipe"] });
    this.child.stdin.on("error", () => {});
    this.child.stderr.setEncoding("utf8").on("data", (text) => {
      this.#stderr += text;
    });
    this.#answers = createInterface(this.child.stdout)[Symbol.asyncIterator]();
  }

  /** @param {"write" | "open" | "read" | "obeyModes"} command @param {number} [n] @returns {Promise<Answer>} */
  async ask(command, n) {
    this.child.stdin.write(`${JSON.stringify({ command, n })}\n`);
    const { value, done } = await this.#answers.next();
    if (done) throw new Error(`the appender ended by itself: ${this.#stderr}`);
    return JSON.parse(value);
  }

  async end() {
    this.child.stdin.end();
    if (this.child.exitCode === null) await once(this.child, "close");
  }
}
