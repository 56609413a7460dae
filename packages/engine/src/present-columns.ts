/**
 * Reads of parts go by their entries: a column that an entry does not name is not read, even if the file
 * holds one of that name. It was dropped since, and what is called so now is another column.
 * Source: docs/format/commit-record.md, "Part entries".
 */
import type { PartEntry, TableDescriptor } from "@crv/core";
import type { PartReadRequest, PartSource, PartStore } from "@crv/storage-trait/parts";

/** `parts`, for readers of the rows of tables. */
export function presentColumns(parts: PartStore): PartStore {
  return {
    write: (request) => parts.write(request),
    inspect: (path, options) => parts.inspect(path, options),
    measure: (table, rows) => parts.measure(table, rows),
    describe: (part, table, bucket, options) => parts.describe(part, table, bucket, options),
    close: () => parts.close(),
    read(part, table, request = {}) {
      return parts.read(part, table, { ...request, columns: presentOf(part, table, request) });
    },
    readTogether(wanted, table, options) {
      const present = wanted.map(({ part, ...request }) => ({
        part,
        columns: presentOf(part, table, request),
      }));
      return parts.readTogether(present, table, options);
    },
  };
}

function presentOf(
  part: PartSource,
  table: TableDescriptor,
  { columns = Object.keys(table.columns) }: PartReadRequest,
): readonly string[] {
  return columns.filter((column) => isPresent(part, column));
}

/** An entry without statistics, or a source that is none, may have any column. */
function isPresent(part: PartSource & Partial<PartEntry>, column: string): boolean {
  const { columns } = part;
  if (columns === undefined || Object.keys(columns).length === 0) return true;
  return Object.hasOwn(columns, column);
}
