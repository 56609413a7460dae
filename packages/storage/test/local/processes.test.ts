/**
 * Goal: what holds in one process holds between processes, and when they are killed.
 * Method: true processes over one directory; some kill themselves before each call to the file system.
 * Invariants: each key has one winner; an object is there whole or not at all; a replaced one is the
 * old or the new, whole; the run opens again, and nothing under way is visible.
 */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { createProcessLiveness, openDirectoryStore } from "../../src/index.js";
import { key, openOptions, scratchDirectory } from "./scratch.js";

const RACERS = 3;
const KEYS = 500;
/** Processes that are started side by side. */
const AT_ONCE = 4;

const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

describe("processes that race", () => {
  test("win each key exactly once", { timeout: 60_000 }, async () => {
    const path = await scratchDirectory();
    const racers = Array.from({ length: RACERS }, (_, seed) => {
      const child = spawn(process.execPath, [script("./racer.mjs"), path, `${seed}`, `${KEYS}`], {
        stdio: ["pipe", "pipe", "inherit"],
      });
      return { child, output: collect(child.stdout) };
    });
    for (const { child } of racers) child.stdin.end();
    const kinds: string[][] = [];
    for (const { output } of racers) kinds.push(JSON.parse(await output));

    const wins = kinds.map((answers) => answers.filter((kind) => kind === "created").length);
    expect(wins.reduce((sum, count) => sum + count, 0)).toBe(KEYS);
    for (let i = 0; i < KEYS; i++) {
      const answers = kinds.map((answersOfOne) => answersOfOne[i]);
      expect(
        answers.filter((kind) => kind === "exists"),
        `key ${i}`,
      ).toHaveLength(RACERS - 1);
      const stored = await readFile(join(path, `_log/${i}.json`), "utf8");
      expect(stored).toBe(`racer ${answers.indexOf("created")}`);
    }
  });
});

describe("a process that is killed", () => {
  async function leftAfter(effect: string, at: number) {
    const path = await scratchDirectory();
    const isDone = await new Promise<boolean>((resolve) => {
      const args = [script("./mortal-writer.mjs"), path, `${at}`, effect, `${at}`];
      execFile(process.execPath, args, (_error, stdout) => resolve(stdout === "done"));
    });
    const store = await openDirectoryStore(openOptions(path));
    const found = await store.get(key("tables/t/object"), { sizeBytesMax: 10_000 });
    const text = new TextDecoder().decode(found ?? new Uint8Array());
    const keys: string[] = [];
    for await (const info of store.list("")) keys.push(info.key);
    return { at, isDone, text, keys };
  }

  test.each([
    ["create", ["", "new".repeat(1000)]],
    ["replace", ["old".repeat(1000), "new".repeat(1000)]],
  ])("leaves all or nothing of a %s", { timeout: 60_000 }, async (effect, allowed) => {
    const seen = new Set<string>();
    for (let next = 1, isOver = false; !isOver; next += AT_ONCE) {
      const windows = Array.from({ length: AT_ONCE }, (_, i) => leftAfter(effect, next + i));
      for (const { at, isDone, text, keys } of await Promise.all(windows)) {
        expect(allowed, `killed before call ${at}`).toContain(text);
        expect(keys).toEqual(text === "" ? [] : ["tables/t/object"]);
        seen.add(text);
        isOver ||= isDone;
      }
    }
    expect([...seen]).toEqual(allowed);
  });

  test("is known to be dead", { timeout: 20_000 }, async () => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    const liveness = createProcessLiveness();
    const owner = await createProcessLiveness({ pid: child.pid as number }).self();
    // Only Linux tells when a process began; elsewhere nobody is called dead.
    const isLinux = process.platform === "linux";
    expect(await liveness.probe(owner)).toBe("alive");
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(await liveness.probe(owner)).toBe(isLinux ? "dead" : "unknown");
  });
});

async function collect(output: AsyncIterable<Buffer>): Promise<string> {
  let text = "";
  for await (const piece of output) text += piece;
  return text;
}
