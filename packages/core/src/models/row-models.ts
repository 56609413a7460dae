/**
 * The model of each canonical table: the rules of a row beyond the types of its columns. A model has
 * no `bucket`, which is computed from the tick.
 */
import type { z } from "zod";
import type { TableName } from "../canonical-tables.js";
import { SchemaError, show } from "../errors.js";
import { DecisionRow } from "./decision.js";
import { ExchangeRow } from "./exchange.js";
import { HoldingRow, HoldingValuationRow } from "./holding.js";
import { IdentityEdgeRow } from "./identity-edge.js";
import { MessageRow } from "./message.js";
import { OracleCallRow } from "./oracle-call.js";
import { ScenarioRow } from "./scenario.js";

export const ROW_MODELS = {
  exchange: ExchangeRow,
  identity_edges: IdentityEdgeRow,
  scenarios_seen: ScenarioRow,
  messages: MessageRow,
  decisions: DecisionRow,
  oracle_calls: OracleCallRow,
  holdings: HoldingRow,
  holdings_valuation: HoldingValuationRow,
} as const satisfies Record<TableName, z.ZodType>;

/** A row as the model of its table gives it. */
export type ModelRow<Name extends TableName> = z.output<(typeof ROW_MODELS)[Name]>;

/** One rule that a row breaks. */
export interface BrokenRule {
  /** Column; empty when it is the row as a whole. */
  readonly column: string;
  /** What the column holds. */
  readonly value: unknown;
  /** Completes "column …": `must be a text`. */
  readonly rule: string;
}

export type CheckedRow<Row> =
  | { readonly row: Row; readonly broken?: never }
  | { readonly row?: never; readonly broken: readonly BrokenRule[] };

/** Judges `row` by the model of its table; never throws for a row. */
export function checkRow<Name extends TableName>(
  table: Name,
  row: unknown,
): CheckedRow<ModelRow<Name>> {
  const result = (ROW_MODELS[table] as z.ZodType).safeParse(row);
  if (result.success) return { row: result.data as ModelRow<Name> };
  return { broken: result.error.issues.flatMap((issue) => brokenRules(issue, row)) };
}

/**
 * `row` as the model of its table gives it: vocabulary in lower case, absent structs empty, true and
 * false as 1 and 0.
 *
 * @throws SchemaError `INVALID_ROW` naming every broken rule.
 */
export function parseRow<Name extends TableName>(table: Name, row: unknown): ModelRow<Name> {
  const checked = checkRow(table, row);
  if (checked.broken === undefined) return checked.row;
  throw new SchemaError(
    "INVALID_ROW",
    `the row breaks rules of table "${table}": ${checked.broken.map(formatBrokenRule).join("; ")}`,
    { details: { table, broken: checked.broken } },
  );
}

/** `column "token_id" is required (got: null)` */
export function formatBrokenRule({ column, value, rule }: BrokenRule): string {
  const what = column === "" ? "it" : `column "${column}"`;
  return `${what} ${rule} (got: ${show(value)})`;
}

type Issue = z.core.$ZodIssue;

function brokenRules(issue: Issue, row: unknown): readonly BrokenRule[] {
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys" && path.length === 0) {
    return issue.keys.map((column) => ({
      column,
      value: memberOf(row, column),
      rule: "does not exist",
    }));
  }
  const [column, ...inner] = path;
  if (column === undefined) {
    return [{ column: "", value: row, rule: "must be an object, one property for each column" }];
  }
  const place = inner.length === 0 ? "" : `${inner.join(".")} `;
  return [{ column, value: memberOf(row, column), rule: place + issue.message }];
}

function memberOf(row: unknown, column: string): unknown {
  return Object.hasOwn(row as object, column)
    ? (row as Record<string, unknown>)[column]
    : undefined;
}
