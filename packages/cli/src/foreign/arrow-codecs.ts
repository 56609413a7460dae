/**
 * Makes apache-arrow, which brings no codec, read compressed buffers: LZ4 frames, as Feather files of
 * pyarrow and pandas have by default, and ZSTD.
 */
import { CompressionType, compressionRegistry } from "apache-arrow";

export async function addArrowCodecs(): Promise<void> {
  const { decompressZstd } = await import("hyparquet-compressors");
  // A copy begins where numbers of 8 bytes may.
  compressionRegistry.set(CompressionType.ZSTD, {
    decode: (bytes) => decompressZstd(bytes).slice(),
  });
  // A platform without its binary has none.
  const lz4 = await import("lz4-napi").catch(() => undefined);
  if (lz4 === undefined) return;
  compressionRegistry.set(CompressionType.LZ4_FRAME, {
    decode: ({ buffer, byteOffset, byteLength }) =>
      lz4.default.decompressFrameSync(Buffer.from(buffer, byteOffset, byteLength)),
  });
}
