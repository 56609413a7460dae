/** Writes a file so that it is there whole, or not at all. */
import { constants } from "node:fs";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** How many names of temporary files are tried. */
const ATTEMPTS_MAX = 1000;

/**
 * Writes `pieces` to a temporary file in the same folder, syncs it, and renames it to `path`, over a
 * file that may be there. So no reader sees half of a file, and who has the old one open keeps it. The
 * temporary file is removed when anything fails; the death of the process leaves it behind,
 * as `.<name>.<number>.tmp`. The mode is what the umask leaves of 0666.
 *
 * @throws what `pieces` throws, and the errors of the file system; `path` is then as it was
 */
export async function replaceFile(
  path: string,
  pieces: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted();
  const { temporary, handle } = await openTemporary(path);
  try {
    try {
      for await (const piece of pieces) {
        signal?.throwIfAborted();
        await writeWhole(handle, piece);
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    signal?.throwIfAborted();
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

async function openTemporary(path: string): Promise<{ temporary: string; handle: FileHandle }> {
  for (let attempt = 0; ; attempt++) {
    const temporary = join(dirname(path), `.${basename(path)}.${attempt}.tmp`);
    try {
      return { temporary, handle: await open(temporary, "wx") };
    } catch (error) {
      if (codeOf(error) !== "EEXIST" || attempt >= ATTEMPTS_MAX) throw error;
    }
  }
}

async function writeWhole(handle: FileHandle, piece: Uint8Array): Promise<void> {
  let written = 0;
  while (written < piece.byteLength) {
    const { bytesWritten } = await handle.write(piece, written);
    written += bytesWritten;
  }
}

/** Makes the new name survive a loss of power, where folders can be synced. */
async function syncFolder(folder: string): Promise<void> {
  let handle: FileHandle;
  try {
    handle = await open(folder, constants.O_RDONLY);
  } catch (error) {
    if (isUnsupported(error)) return;
    throw error;
  }
  try {
    await handle.sync();
  } catch (error) {
    if (!isUnsupported(error)) throw error;
  } finally {
    await handle.close();
  }
}

/** Windows neither opens nor syncs folders. */
function isUnsupported(error: unknown): boolean {
  return ["EISDIR", "EPERM", "EACCES", "EINVAL", "ENOTSUP"].includes(codeOf(error) ?? "");
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}
