/** Small files of the user's own, such as settings: read whole, at once, before anything is opened. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { IoError } from "@crv/core";
import { fileError, hasErrno } from "./file-error.js";

/** Generous for what people write by hand. */
export const TEXT_FILE_BYTES_MAX = 1024 * 1024;

/**
 * The text of a UTF-8 file; undefined when there is none. Symbolic links are followed: the file is
 * the user's, not crv's.
 *
 * @throws IoError `IO`; `LIMIT_EXCEEDED` for more than {@link TEXT_FILE_BYTES_MAX};
 *   `INVALID_ARGUMENT` for what is no file, or no UTF-8.
 */
export function readTextFile(path: string): string | undefined {
  let file: number;
  try {
    // Else to open a named pipe would wait for a writer.
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if (hasErrno(error, "ENOENT", "ENOTDIR")) return undefined;
    throw fileError(error, "read", path);
  }
  try {
    const status = fstatSync(file);
    if (!status.isFile()) throw refuse(path, "is not a file");
    if (status.size > TEXT_FILE_BYTES_MAX) {
      throw new IoError(
        "LIMIT_EXCEEDED",
        `${path} has ${status.size} bytes, more than ${TEXT_FILE_BYTES_MAX}: is it the right file?`,
        { details: { path, sizeBytes: status.size, sizeBytesMax: TEXT_FILE_BYTES_MAX } },
      );
    }
    return decode(path, readFileSync(file));
  } catch (error) {
    throw fileError(error, "read", path);
  } finally {
    closeSync(file);
  }
}

function decode(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw refuse(path, "is not UTF-8 text");
  }
}

function refuse(path: string, why: string): IoError {
  return new IoError("INVALID_ARGUMENT", `${path} ${why}: name another, or remove it`, {
    details: { what: "file", path, why },
  });
}
