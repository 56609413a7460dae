/** `crv settings`: the settings that are in effect here, and where each comes from. */

import { type EffectiveSetting, loadSettings } from "crv";
import { type GlobalOptions, type OutputContext, writeResult } from "../context.js";
import { jsonText } from "../format/json-text.js";
import { textTable } from "../format/text-table.js";
import type { AddCommand } from "./add-command.js";

export const addSettingsCommand: AddCommand = (command, _contextOf, terminal) => {
  command
    .option("--file <path>", "this settings file instead of the one of the working directory")
    .action(async ({ file }: { readonly file?: string }) => {
      const { json, root } = command.optsWithGlobals<GlobalOptions>();
      await showSettings({ json, terminal }, root, file);
    });
};

/** A setting as the command has it: `--root` is above all that is loaded. */
interface ShownSetting extends Pick<EffectiveSetting, "key" | "value"> {
  readonly origin:
    | EffectiveSetting["origin"]
    | { readonly kind: "option"; readonly option: string };
}

async function showSettings(
  context: OutputContext,
  root: string | undefined,
  file: string | undefined,
): Promise<void> {
  const loaded = loadSettings(file === undefined ? {} : { file });
  const shown = loaded.effective.map(
    ({ key, value, origin }): ShownSetting =>
      key === "root_dir" && root !== undefined
        ? { key, value: root, origin: { kind: "option", option: "--root" } }
        : { key, value, origin },
  );
  await writeResult(context, shown.map(settingDocument), () =>
    textTable(
      [{ name: "setting" }, { name: "value" }, { name: "from" }],
      shown.map(({ key, value, origin }) => [key, formatValue(value), formatOrigin(origin)]),
    ),
  );
}

function settingDocument({ key, value, origin }: ShownSetting): Record<string, unknown> {
  return {
    key,
    value: value ?? null,
    source: origin.kind,
    ...(origin.kind === "environment" && { variable: origin.variable }),
    ...(origin.kind === "file" && { file: origin.path, file_key: origin.key }),
    ...(origin.kind === "option" && { option: origin.option }),
  };
}

function formatValue(value: unknown): string {
  if (value === undefined) return "unset";
  return typeof value === "string" ? value : jsonText(value);
}

function formatOrigin(origin: ShownSetting["origin"]): string {
  switch (origin.kind) {
    case "default":
      return "default";
    case "environment":
      return origin.variable;
    case "file":
      return `${origin.path}, ${origin.key}`;
    case "option":
      return origin.option;
  }
}
