/** The formats that are imported and exported, and how a file's name tells its format. */
import { CrvError } from "crv";

export const FILE_FORMATS = ["csv", "ndjson", "arrow", "parquet"] as const;

export type FileFormat = (typeof FILE_FORMATS)[number];

const FORMAT_BY_EXTENSION: Readonly<Record<string, FileFormat>> = {
  csv: "csv",
  tsv: "csv",
  ndjson: "ndjson",
  jsonl: "ndjson",
  arrow: "arrow",
  arrows: "arrow",
  feather: "arrow",
  ipc: "arrow",
  parquet: "parquet",
};

/** @throws CrvError `INVALID_ARGUMENT` when the name does not tell. */
export function formatOf(path: string): FileFormat {
  const format = FORMAT_BY_EXTENSION[extensionOf(path)];
  if (format !== undefined) return format;
  throw new CrvError(
    "INVALID_ARGUMENT",
    `the name ${JSON.stringify(path)} does not tell a format: name one with --format (${FILE_FORMATS.join(", ")})`,
  );
}

/** Lower case, without `.gz`. */
export function extensionOf(path: string): string {
  return /\.([a-z]+)(?:\.gz)?$/.exec(path.toLowerCase())?.[1] ?? "";
}
