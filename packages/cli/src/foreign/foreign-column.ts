/** Columns of a foreign file, and what they become in a table. */
import { type ColumnSpec, type ColumnType, CrvError } from "crv";

export interface ForeignColumn {
  /** In the file. */
  readonly source: string;
  /** The file's type in words; of text, where the type comes from. */
  readonly sourceType: string;
  /** In the table. */
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
}

/**
 * The columns of `all` that were asked for, in the order of the file.
 *
 * @param only Names in the file; default: all.
 * @throws CrvError `INVALID_ARGUMENT` for an unknown name in `only`.
 */
export function selectColumns<Column>(
  all: readonly Column[],
  nameOf: (column: Column) => string,
  only: readonly string[] | undefined,
): readonly Column[] {
  const names = all.map(nameOf);
  const unknown = only?.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new CrvError(
      "INVALID_ARGUMENT",
      `the file has no column ${JSON.stringify(unknown)}; it has ${names.join(", ")}`,
    );
  }
  return only === undefined ? all : all.filter((column) => only.includes(nameOf(column)));
}

/** @throws CrvError `INVALID_ARGUMENT` for two columns that would have one name. */
export function checkDistinct(columns: readonly Pick<ForeignColumn, "source" | "name">[]): void {
  const sourceByName = new Map<string, string>();
  for (const { source, name } of columns) {
    const other = sourceByName.get(name);
    if (other === source) {
      throw new CrvError(
        "INVALID_ARGUMENT",
        `the file has two columns ${JSON.stringify(source)}: rename one of them there, or leave both out with --columns`,
      );
    }
    if (other !== undefined) {
      const both = `${JSON.stringify(other)} and ${JSON.stringify(source)}`;
      throw new CrvError(
        "INVALID_ARGUMENT",
        `columns ${both} would both be named ${name}; leave one out with --columns`,
      );
    }
    sourceByName.set(name, source);
  }
}

/** The type as a descriptor declares it. */
export function columnSpec({
  type,
  nullable,
}: Pick<ForeignColumn, "type" | "nullable">): ColumnSpec {
  if (typeof type !== "string") return { ...type, nullable };
  return nullable ? `${type}?` : type;
}
