/**
 * What a task decodes, chosen from the footer alone: nothing is allocated for rows until the
 * footer agrees with what the caller knows and with the limits.
 */
import {
  BATCH_ROWS_MAX,
  type DecodeResult,
  type DecodeTask,
  ROW_GROUP_BYTES_MAX,
  TASK_BYTES_MAX,
  TASK_ROWS_MAX,
} from "./decode-task.js";

/** One row group as the footer has it. */
export interface RowGroupInfo {
  readonly rows: number;
  readonly chunks: readonly ChunkInfo[];
}

/** One column chunk; a nested column has several. */
export interface ChunkInfo {
  /** Path of the leaf; the first name is that of the column. */
  readonly path: readonly string[];
  readonly compressedBytes: number;
  /** Before compression, as the footer says. */
  readonly plainBytes: number;
}

export interface RowGroupChoice {
  readonly kind: "chosen";
  readonly columns: readonly string[];
  readonly rowGroups: readonly number[];
  readonly rows: number;
  /** Rows of one batch, fewer when rows are wide. */
  readonly batchRows: number;
  readonly next: number | undefined;
}

type Refusal = Extract<DecodeResult, { kind: "refused" }>;

/** Chooses columns and the next row groups of `task`, or says why the footer is not believed. */
export function chooseRowGroups(
  file: readonly RowGroupInfo[],
  fileBytes: number,
  task: DecodeTask,
): RowGroupChoice | Refusal {
  const refusal = checkFooter(file, fileBytes, task);
  if (refusal !== undefined) return refusal;
  const present = new Set(file[0]?.chunks.map(({ path }) => path[0]));
  const columns = task.columns.filter((name) => present.has(name));
  const wanted = task.rowGroups ?? file.map((_, index) => index);
  const rowGroups: number[] = [];
  let rows = 0;
  let bytes = 0;
  for (const index of wanted.slice(task.done)) {
    const group = file[index];
    if (group === undefined) return corrupt(`it has no row group ${index}, only ${file.length}`);
    const groupBytes = plainBytesOf(group, columns);
    if (groupBytes > ROW_GROUP_BYTES_MAX) {
      return limit(`row group ${index} has ${groupBytes} bytes, at most ${ROW_GROUP_BYTES_MAX}`);
    }
    const fits = rows + group.rows <= TASK_ROWS_MAX && bytes + groupBytes <= TASK_BYTES_MAX;
    if (rowGroups.length > 0 && !fits) break;
    rowGroups.push(index);
    rows += group.rows;
    bytes += groupBytes;
  }
  const done = task.done + rowGroups.length;
  return {
    kind: "chosen",
    columns,
    rowGroups,
    rows,
    batchRows: batchRowsOf(rows, bytes),
    next: done < wanted.length ? done : undefined,
  };
}

function checkFooter(
  file: readonly RowGroupInfo[],
  fileBytes: number,
  task: DecodeTask,
): Refusal | undefined {
  const rows = file.reduce((sum, group) => sum + group.rows, 0);
  if (rows !== task.rows) return corrupt(`it has ${rows} rows instead of ${task.rows}`);
  const shape = file[0] === undefined ? "" : shapeOf(file[0]);
  for (const [index, group] of file.entries()) {
    if (!isCount(group.rows)) return corrupt(`row group ${index} has ${group.rows} rows`);
    if (group.chunks.length > task.columnsMax) {
      return limit(`it has ${group.chunks.length} columns, at most ${task.columnsMax}`);
    }
    if (shapeOf(group) !== shape) return corrupt(`row group ${index} has other columns`);
    for (const { path, compressedBytes, plainBytes } of group.chunks) {
      if (!isCount(plainBytes) || !isCount(compressedBytes) || compressedBytes > fileBytes) {
        return corrupt(`row group ${index} gives column ${path.join(".")} an impossible size`);
      }
    }
  }
  const paths = file[0]?.chunks.map(({ path }) => path.join(".")) ?? [];
  if (new Set(paths).size !== paths.length) return corrupt("two of its columns have one name");
  return undefined;
}

function plainBytesOf(group: RowGroupInfo, columns: readonly string[]): number {
  const names = new Set<string | undefined>(columns);
  return group.chunks.reduce(
    (sum, { path, plainBytes }) => (names.has(path[0]) ? sum + plainBytes : sum),
    0,
  );
}

function batchRowsOf(rows: number, bytes: number): number {
  const rowBytes = Math.max(1, bytes / Math.max(1, rows));
  return Math.max(1, Math.min(rows, BATCH_ROWS_MAX, Math.floor(TASK_BYTES_MAX / rowBytes)));
}

function shapeOf(group: RowGroupInfo): string {
  return JSON.stringify(group.chunks.map(({ path }) => path));
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function corrupt(reason: string): Refusal {
  return { kind: "refused", code: "CORRUPT", reason };
}

function limit(reason: string): Refusal {
  return { kind: "refused", code: "LIMIT_EXCEEDED", reason };
}
