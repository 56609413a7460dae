/**
 * Conditions on rows, as data. Three-valued like SQL: a comparison with null is unknown, `not` of
 * unknown is unknown, and only rows for which the whole is true are selected.
 */

/** A value that columns are compared with. Timestamps are microseconds since 1970 as bigint. */
export type Scalar = number | bigint | string | boolean;

export type CompareOp = "eq" | "ne" | "lt" | "le" | "gt" | "ge";

export type Predicate =
  | {
      readonly kind: "compare";
      readonly column: string;
      readonly op: CompareOp;
      readonly value: Scalar;
    }
  | { readonly kind: "in"; readonly column: string; readonly values: readonly Scalar[] }
  | { readonly kind: "isNull"; readonly column: string }
  | { readonly kind: "and"; readonly of: readonly Predicate[] }
  | { readonly kind: "or"; readonly of: readonly Predicate[] }
  | { readonly kind: "not"; readonly of: Predicate };

/** Names of the columns that `predicate` looks at. */
export function columnsOf(predicate: Predicate): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (p: Predicate): void => {
    if (p.kind === "and" || p.kind === "or") p.of.forEach(visit);
    else if (p.kind === "not") visit(p.of);
    else names.add(p.column);
  };
  visit(predicate);
  return names;
}
