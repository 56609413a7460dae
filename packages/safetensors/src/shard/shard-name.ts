/** Names of shards: files beside the index, never paths elsewhere. */
import { hasLoneSurrogate } from "../code-points.js";
import { SafetensorsError } from "../errors.js";

/** Devices of Windows, with any extension. */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
const UNSAFE = /[\u0000-\u001f\u007f<>:"|?*\\]/;

/**
 * Checks that `name` stays below the folder of the index: folders are divided by "/", and none is
 * empty, "." or "..".
 *
 * @throws SafetensorsError `INVALID_NAME`
 */
export function checkShardName(name: string): void {
  const isSafe =
    !UNSAFE.test(name) &&
    !hasLoneSurrogate(name) &&
    name.split("/").every((part) => part !== "" && !/[. ]$/.test(part) && !DEVICE.test(part));
  if (isSafe) return;
  throw new SafetensorsError(
    "INVALID_NAME",
    `the shard name ${JSON.stringify(name)} is not the name of a file beside the index`,
    { shard: name },
  );
}

/**
 * Name of a shard as Hugging Face gives it, `model-00001-of-00002.safetensors`; `model.safetensors` if
 * it is the only one.
 *
 * @param number from 1
 */
export function shardName(base: string, number: number, count: number): string {
  if (count === 1) return `${base}.safetensors`;
  return `${base}-${digits(number)}-of-${digits(count)}.safetensors`;
}

function digits(number: number): string {
  return String(number).padStart(5, "0");
}
