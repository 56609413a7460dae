/** Opening files and sharded models by path. */
import { open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { SafetensorsError } from "../errors.js";
import { INDEX_BYTES_MAX } from "../limits.js";
import { type OpenOptions, openSafetensors, SafetensorsReader } from "../safetensors-reader.js";
import { decodeShardIndex } from "../shard/shard-index.js";
import { ShardedReader } from "../shard/sharded-reader.js";
import { FileReader } from "./file-reader.js";

/** A file that is open until it is closed: `await using`, or `close()`. */
export class SafetensorsFile extends SafetensorsReader implements AsyncDisposable {
  readonly #file: FileReader;

  constructor(file: FileReader, { header }: SafetensorsReader, allocationBytesMax?: number) {
    super(file, header, allocationBytesMax);
    this.#file = file;
  }

  /** Lets go of the file. Repeatable. */
  async close(): Promise<void> {
    await this.#file.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/**
 * Opens a file: reads its header and nothing else.
 *
 * @throws SafetensorsError - any code that docs/format/safetensors.md, "Errors" gives for reading
 * @throws the error of the file system: `ENOENT`, `EACCES`
 */
export async function openSafetensorsFile(
  path: string,
  options: OpenOptions = {},
): Promise<SafetensorsFile> {
  const file = await FileReader.open(path);
  try {
    const reader = await openSafetensors(file, options);
    return new SafetensorsFile(file, reader, options.allocationBytesMax);
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** The shards of an index. Those that were opened stay open until it is closed. */
export class SafetensorsShards extends ShardedReader implements AsyncDisposable {
  readonly #opened: Set<Promise<SafetensorsFile>>;

  constructor(...[index, folder, options]: ConstructorParts) {
    const opened = new Set<Promise<SafetensorsFile>>();
    super(index, (shard) => {
      const file = openSafetensorsFile(join(folder, shard), options);
      opened.add(file);
      return file;
    });
    this.#opened = opened;
  }

  /** Lets go of all files. Repeatable. */
  async close(): Promise<void> {
    const files = await Promise.allSettled(this.#opened);
    for (const file of files) if (file.status === "fulfilled") await file.value.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

type ConstructorParts = [index: ShardedReader["index"], folder: string, options: OpenOptions];

/**
 * Opens `model.safetensors.index.json`: reads the index, and each shard beside it when it is needed.
 *
 * @throws SafetensorsError - those of `decodeShardIndex`
 * @throws the error of the file system: `ENOENT`, `EACCES`
 */
export async function openSafetensorsIndex(
  path: string,
  options: OpenOptions = {},
): Promise<SafetensorsShards> {
  const handle = await open(path, "r");
  try {
    const { size } = await handle.stat();
    if (size > INDEX_BYTES_MAX) {
      throw new SafetensorsError(
        "LIMIT_EXCEEDED",
        `${path} has ${size} bytes, of an index at most ${INDEX_BYTES_MAX} are read`,
        { path, byteLength: size, indexBytesMax: INDEX_BYTES_MAX },
      );
    }
    const index = decodeShardIndex(await handle.readFile());
    return new SafetensorsShards(index, dirname(path), options);
  } finally {
    await handle.close();
  }
}
