/** Goal: docs/errors.md documents the codes that exist, each once, with the action that it has. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ERROR_ACTIONS, type ErrorCode } from "../src/index.js";

const page = readFileSync(new URL("../../../docs/errors.md", import.meta.url), "utf8");
const sections = page
  .split(/^## /m)
  .slice(1)
  .map((section) => {
    const [title = "", ...lines] = section.split("\n");
    return { title, text: lines.join(" ") };
  });

describe("docs/errors.md", () => {
  test("has a section for every code and no other, in their order", () => {
    expect(sections.map(({ title }) => title)).toEqual(Object.keys(ERROR_ACTIONS));
  });

  test.each(sections)("$title: action, class, a message and the details", ({ title, text }) => {
    expect(text).toContain(`Action \`${ERROR_ACTIONS[title as ErrorCode]}\``);
    expect(text).toMatch(/`[A-Z]\w+(?:Error|Mismatch)`/);
    expect(text).toContain("> ");
    expect(text).toMatch(/Details:|`details\./);
  });
});
