/** What differs between the table that a program describes and the one that the run has. */
import {
  canonicalJson,
  equalDescriptors,
  formatColumnType,
  formatSchemaVersion,
  type TableDescriptor,
} from "@crv/core";

/**
 * The first difference in words, or undefined when both describe the same table.
 *
 * @param described By the program.
 * @param stored In the log of the run.
 */
export function descriptorDifference(
  described: TableDescriptor,
  stored: TableDescriptor,
): string | undefined {
  if (equalDescriptors(described, stored)) return undefined;
  return (
    columnDifference(described, stored) ??
    differenceOf("the tick column", described.tickColumn, stored.tickColumn) ??
    differenceOf("the bucket size", described.tickBucketSize, stored.tickBucketSize) ??
    differenceOf("the key", described.key.join(", "), stored.key.join(", ")) ??
    constraintDifference(described, stored) ??
    differenceOf(
      "the schema version",
      formatSchemaVersion(described.version),
      formatSchemaVersion(stored.version),
    ) ??
    "the partitioning is another"
  );
}

function columnDifference(described: TableDescriptor, stored: TableDescriptor): string | undefined {
  for (const [column, type] of Object.entries(described.columns)) {
    const storedType = stored.columns[column];
    if (storedType === undefined) return `column "${column}" is not in the run's table`;
    const difference = differenceOf(
      `column "${column}"`,
      formatColumnType(type) + suffixOf(described, column),
      formatColumnType(storedType) + suffixOf(stored, column),
    );
    if (difference !== undefined) return difference;
  }
  const missing = Object.keys(stored.columns).find((column) => !(column in described.columns));
  if (missing !== undefined) return `the run's table also has the column "${missing}"`;
  return differenceOf(
    "the order of columns",
    Object.keys(described.columns).join(", "),
    Object.keys(stored.columns).join(", "),
  );
}

function constraintDifference(
  { constraints: described }: TableDescriptor,
  { constraints: stored }: TableDescriptor,
): string | undefined {
  for (const kind of ["unique", "references"] as const) {
    const [here, there] = [described, stored].map((constraints) =>
      constraints[kind].map(canonicalJson).sort().join(", "),
    );
    const difference = differenceOf(`the constraint "${kind}"`, here || null, there || null);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function suffixOf(descriptor: TableDescriptor, column: string): string {
  return descriptor.nullable.includes(column) ? "?" : "";
}

function differenceOf(
  what: string,
  described: string | number | null,
  stored: string | number | null,
): string | undefined {
  if (described === stored) return undefined;
  return `${what} is ${described ?? "none"} here and ${stored ?? "none"} in the run`;
}
