/**
 * Goal: help, which is told from a list, says of each command what its module says; and neither help nor
 * the version waits for what commands need.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { COMMANDS } from "../src/commands/registry.js";
import { runHere } from "./run-here.js";

const program = fileURLToPath(new URL("../dist/main.js", import.meta.url));

/** Writes the name of each module that is loaded to stderr. */
const HOOK = `import { writeSync } from "node:fs";
export const load = (url, context, next) => (writeSync(2, url + "\\n"), next(url, context));`;
const REGISTER = `import { register } from "node:module"; register(${JSON.stringify(moduleUrl(HOOK))});`;

function moduleUrl(source: string): string {
  return `data:text/javascript;base64,${Buffer.from(source).toString("base64")}`;
}

function modulesOf(...args: readonly string[]): string[] {
  const hook = moduleUrl(REGISTER);
  const { stderr, status } = spawnSync(process.execPath, ["--import", hook, program, ...args], {
    encoding: "utf8",
  });
  expect(status).toBe(0);
  return stderr.split("\n").filter((line) => line.startsWith("file:"));
}

describe("createProgram", () => {
  test.each(COMMANDS)("$name has the arguments that help shows", async ({ usage, load }) => {
    const command = new Command();
    (await load())(
      command,
      () => {
        throw new Error("only an action needs a context");
      },
      undefined as never,
    );
    expect(command.usage()).toBe(usage);
  });

  test("help of a command shows its options", async () => {
    const { code, stdout } = await runHere("log", "--help");
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringContaining("--actor <name>"),
    });
    expect(stdout).toMatch(/^Usage: crv log \[options\] <run>\n/);
  });

  test.each(["--help", "--version"])(
    "%s loads no command and no library of one",
    (option) => {
      const modules = modulesOf(option);
      expect(modules.length).toBeGreaterThan(2);
      expect(modules.filter((url) => !/\/packages\/cli\/dist\/|\/commander\//.test(url))).toEqual(
        [],
      );
    },
    60_000,
  );
});
