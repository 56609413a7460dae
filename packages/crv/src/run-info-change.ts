/** What a program says of a run: its parameters and labels, checked. */
import {
  canonicalJson,
  IoError,
  type JsonObject,
  LABELS_MAX,
  NAME_CHARS_MAX,
  type RunId,
  show,
} from "@crv/core";
import type { RunInfo } from "@crv/manifest";

/** What a run is opened with. */
export interface GivenInfo {
  readonly parameters?: JsonObject;
  readonly labels?: readonly string[];
}

export interface LabelChange {
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
}

/**
 * The info of a run that is opened with `given`: parameters are fixed by the first who gives any, labels
 * are added.
 *
 * @throws IoError `ALREADY_EXISTS` when the run has other parameters.
 */
export function openedInfo(
  runId: RunId,
  found: RunInfo | undefined,
  given: GivenInfo,
  now: Date,
): RunInfo {
  const { parameters = found?.parameters ?? {}, labels = [] } = given;
  const isSame =
    found === undefined || canonicalJson(found.parameters) === canonicalJson(parameters);
  if (!isSame) {
    throw new IoError(
      "ALREADY_EXISTS",
      `run ${runId} has the parameters ${show(found.parameters)}, not ${show(parameters)}: choose another id, or leave parameters out`,
      { details: { runId, parameters: found.parameters, given: parameters } },
    );
  }
  return {
    createdAt: found?.createdAt ?? now.toISOString(),
    parameters,
    labels: withLabels(found?.labels ?? [], labels),
  };
}

/** @throws IoError `LIMIT_EXCEEDED`. */
export function labelledInfo(
  found: RunInfo | undefined,
  { add = [], remove = [] }: LabelChange,
  now: Date,
): RunInfo {
  const { createdAt = now.toISOString(), parameters = {}, labels = [] } = found ?? {};
  const kept = withLabels(labels, add).filter((label) => !remove.includes(label));
  return { createdAt, parameters, labels: kept };
}

/** @throws IoError `INVALID_ARGUMENT` naming the value and what is allowed. */
export function checkParameters(parameters: unknown): void {
  if (parameters === undefined) return;
  const isObject =
    typeof parameters === "object" && parameters !== null && !Array.isArray(parameters);
  if (!isObject) {
    throw new IoError(
      "INVALID_ARGUMENT",
      `parameters must be a JSON object, such as { seed: 7 } (got: ${show(parameters)})`,
      { details: { what: "parameters", value: parameters } },
    );
  }
  canonicalJson(parameters); // refuses what has no JSON form
}

/** @throws IoError `INVALID_ARGUMENT`. */
export function checkLabels(what: string, labels: unknown): void {
  if (labels === undefined) return;
  if (!Array.isArray(labels)) throw invalidLabel(what, labels);
  const wrong = labels.find(
    (label) => typeof label !== "string" || label === "" || label.length > NAME_CHARS_MAX,
  );
  if (labels.some((label) => label === wrong)) throw invalidLabel(what, wrong);
}

function withLabels(labels: readonly string[], added: readonly string[]): readonly string[] {
  const all = [...new Set([...labels, ...added])].sort();
  if (all.length <= LABELS_MAX) return all;
  throw new IoError(
    "LIMIT_EXCEEDED",
    `a run has at most ${LABELS_MAX} labels, these are ${all.length}: remove some, or keep them as parameters`,
    { details: { labels: all.length, max: LABELS_MAX } },
  );
}

function invalidLabel(what: string, value: unknown): IoError {
  return new IoError(
    "INVALID_ARGUMENT",
    `${what} must be texts of 1 to ${NAME_CHARS_MAX} characters (got: ${show(value)})`,
    { details: { what, value } },
  );
}
