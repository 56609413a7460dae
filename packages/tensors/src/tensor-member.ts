/**
 * A safetensors file as a member of an artifact: encoded as it is written, with a CRC-32 of every
 * tensor taken as its bytes pass. Source: docs/format/artifacts.md, "Tensors".
 */
import { crc32 } from "node:zlib";
import { LISTED_TENSORS_MAX, type TensorEntry } from "@crv/core";
import { streamSafetensors, type TensorInfo } from "@crv/safetensors";
import type { MemberInput } from "@crv/storage-trait";
import { writeError } from "./tensor-errors.js";
import type { AnyTensorInput } from "./tensor-input.js";
import { untilAborted } from "./until-aborted.js";

/** Summed and passed on at a time: the processor's cache holds it until the file's digest has it, too. */
const CHUNK_BYTES = 2 * 1024 * 1024;

/**
 * Checks names, shapes and the data that are in memory at once; streams as they pass.
 *
 * @param what For messages.
 * @param signal Ends the streams.
 * @throws IoSchemaError `INVALID_ARGUMENT`.
 */
export function tensorMember(
  what: string,
  name: string,
  tensors: ReadonlyMap<string, AnyTensorInput>,
  metadata?: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): MemberInput {
  const options = metadata ? { metadata } : {};
  const plan = () => {
    try {
      return streamSafetensors(tensors, options);
    } catch (error) {
      throw writeError(what, error);
    }
  };
  plan();
  const isSteady = [...tensors.values()].every((tensor) => "data" in tensor);
  let entries: readonly TensorEntry[] | undefined;
  return {
    name,
    body: () => {
      const { byteLength, tensors: infos, ...stream } = withPieces(plan());
      const dataOffset = byteLength - (infos.at(-1)?.end ?? 0);
      const chunks = checked(
        what,
        untilAborted(stream.pieces, signal),
        infos,
        dataOffset,
        (found) => {
          entries = infos.length <= LISTED_TENSORS_MAX ? found : undefined;
        },
      );
      return { isSteady, [Symbol.asyncIterator]: () => chunks };
    },
    tensors: () => entries,
  };
}

function withPieces(stream: ReturnType<typeof streamSafetensors>) {
  return { byteLength: stream.byteLength, tensors: stream.tensors, pieces: stream };
}

/** Passes on the pieces, in chunks; tells the entries once all have passed. */
async function* checked(
  what: string,
  pieces: AsyncIterable<Uint8Array>,
  infos: readonly TensorInfo[],
  dataOffset: number,
  done: (entries: readonly TensorEntry[]) => void,
): AsyncGenerator<Uint8Array> {
  const sums = new Array<number>(infos.length).fill(0);
  let at = -dataOffset;
  let next = 0;
  try {
    for await (const piece of pieces) {
      // A piece is the header, or lies within one tensor.
      while (at >= 0 && next < infos.length && (infos[next] as TensorInfo).end <= at) next++;
      for (let from = 0; from < piece.byteLength; from += CHUNK_BYTES) {
        const chunk = piece.subarray(from, from + CHUNK_BYTES);
        if (at >= 0) sums[next] = crc32(chunk, sums[next]);
        yield chunk;
      }
      at += piece.byteLength;
    }
  } catch (error) {
    throw writeError(what, error);
  }
  done(
    infos.map(({ name, dtype, shape, begin, end }, i) => ({
      name,
      dtype,
      shape,
      begin: dataOffset + begin,
      end: dataOffset + end,
      crc32: formatCrc32(sums[i] as number),
    })),
  );
}

/** 8 lower-case hex digits. */
export function formatCrc32(sum: number): string {
  return sum.toString(16).padStart(8, "0");
}
