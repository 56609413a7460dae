/** Arrow IPC as a source of an import: batches are handed on as they are, with the names of the table. */
import { type Field, makeData, RecordBatch, Schema, Struct } from "apache-arrow";
import { type ArrowColumn, arrowColumns } from "./arrow-columns.js";
import { readArrowBatches, readArrowHead } from "./arrow-file.js";
import { arrowTicks } from "./arrow-ticks.js";
import type { ForeignSource } from "./foreign-source.js";
import type { ImportPlan } from "./import-plan.js";
import type { ColumnChoices } from "./text-columns.js";

export async function openArrowSource(
  path: string,
  choices: Pick<ColumnChoices, "only" | "required">,
): Promise<ForeignSource> {
  const { schema, first, hasEnd } = await readArrowHead(path);
  const columns = arrowColumns(schema.fields, first, choices);
  return {
    path,
    description: `Arrow, ${schema.fields.length} columns`,
    columns,
    ...(!hasEnd && {
      warning: `${path} is a stream without an end marker: if its writer was stopped, rows are missing at the end`,
    }),
    async *batches(plan, batchRows) {
      let firstRow = 0;
      for await (const batch of readArrowBatches(path)) {
        for (let start = 0; start < batch.numRows; start += batchRows) {
          const slice = batch.slice(start, start + batchRows);
          yield planned(slice, columns, plan, firstRow + start);
        }
        firstRow += batch.numRows;
      }
    },
  };
}

/** @param firstRow Index of the first row in the file, for messages. */
function planned(
  batch: RecordBatch,
  columns: readonly ArrowColumn[],
  { computedTick }: ImportPlan,
  firstRow: number,
): RecordBatch {
  const taken = columns.flatMap(({ at, name }) => {
    const field = batch.schema.fields[at];
    const data = batch.data.children[at];
    return field === undefined || data === undefined
      ? []
      : [{ field: field.clone({ name }), data }];
  });
  if (computedTick !== undefined) {
    const at = columns.findIndex(({ source }) => source === computedTick.source.source);
    taken.push(arrowTicks(taken[at]?.data, computedTick, firstRow));
  }
  const fields = taken.map(({ field }) => field as Field);
  const children = taken.map(({ data }) => data);
  const data = makeData({
    type: new Struct(fields),
    length: batch.numRows,
    nullCount: 0,
    children,
  });
  return new RecordBatch(new Schema(fields), data as never);
}
