/**
 * Makes apache-arrow, which brings no codec, read compressed buffers: LZ4 frames, as Feather files of
 * pyarrow and pandas have by default, and ZSTD.
 */
import { CompressionType, compressionRegistry } from "apache-arrow";

/** Largest buffer of a column of one batch, of files of others. */
const BUFFER_BYTES_MAX = 1024 * 1024 * 1024;

/** Of the uncompressed size, which stands before what a codec is given. */
const SIZE_BYTES = 8;

export async function addArrowCodecs(): Promise<void> {
  const { decompressZstd } = await import("hyparquet-compressors");
  // A copy begins where numbers of 8 bytes may.
  addCodec(CompressionType.ZSTD, decompressZstd, (decoded) => decoded.slice());
  // A platform without its binary has none.
  const lz4 = await import("lz4-napi").catch(() => undefined);
  if (lz4 === undefined) return;
  addCodec(CompressionType.LZ4_FRAME, ({ buffer, byteOffset, byteLength }) =>
    lz4.default.decompressFrameSync(Buffer.from(buffer, byteOffset, byteLength)),
  );
}

type Decode = (bytes: Uint8Array) => Uint8Array;

/** With the checks that apache-arrow leaves out: a short buffer would be read as zeros. */
function addCodec(type: CompressionType, decode: Decode, align: Decode = (bytes) => bytes): void {
  compressionRegistry.set(type, {
    decode(bytes) {
      const size = sizeOf(bytes);
      if (size < 0 || size > BUFFER_BYTES_MAX) {
        throw new RangeError(`a compressed buffer says ${size} bytes, at most ${BUFFER_BYTES_MAX}`);
      }
      const decoded = decode(bytes);
      if (decoded.byteLength === Number(size)) return align(decoded);
      throw new RangeError(
        `a compressed buffer says ${size} bytes, and holds ${decoded.byteLength}`,
      );
    },
  });
}

function sizeOf({ buffer, byteOffset }: Uint8Array): bigint {
  return new DataView(buffer, byteOffset - SIZE_BYTES, SIZE_BYTES).getBigInt64(0, true);
}
