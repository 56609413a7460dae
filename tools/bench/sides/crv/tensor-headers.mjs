/** Headers of a huge sparse file and of one of very many tensors; bytes that rows of a matrix move. */
import { open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeHeader, openSafetensors } from "@crv/safetensors";
import { openSafetensorsFile } from "@crv/safetensors/node";
import { timed } from "../../stopwatch.mjs";

/** @param {{ folder: string, sparseBytes: number, tensors: number }} input */
export async function measure({ folder, sparseBytes, tensors }) {
  const sparse = join(folder, "sparse.safetensors");
  const spec = { name: "x", dtype: /** @type {const} */ ("F32"), shape: [sparseBytes / 4] };
  const header = encodeHeader([spec]);
  const file = await open(sparse, "wx");
  await file.write(header.bytes);
  await file.truncate(header.fileByteLength);
  await file.close();
  const stat = await timed(async () => {
    const opened = await openSafetensorsFile(sparse);
    opened.info("x");
    await opened.close();
  });
  const many = join(folder, "many.safetensors");
  const specs = Array.from({ length: tensors }, (_, i) => ({
    name: `layers.${i}.weight`,
    dtype: /** @type {const} */ ("F32"),
    shape: [1],
  }));
  const encoded = encodeHeader(specs);
  await writeFile(many, Buffer.concat([encoded.bytes, new Uint8Array(4 * tensors)]));
  let found = 0;
  const ms = await timed(async () => {
    const opened = await openSafetensorsFile(many);
    found = opened.names().length;
    await opened.close();
  });
  return { figures: { stat, header: ms, moved: await movedBytes() }, facts: { tensors: found } };
}

/** Bytes read over bytes asked, of rows and of a column. */
async function movedBytes() {
  const { bytes } = encodeHeader([{ name: "m", dtype: "F32", shape: [1000, 64] }]);
  const whole = Buffer.concat([bytes, new Uint8Array(1000 * 64 * 4)]);
  let read = 0;
  const reader = await openSafetensors({
    byteLength: whole.byteLength,
    async read(begin, end) {
      read += end - begin;
      return whole.subarray(begin, end);
    },
  });
  read = 0;
  const rows = await reader.rows("m", 10, 20);
  const column = await reader.slice("m", [null, 3]);
  return read / (rows.data.byteLength + column.data.byteLength);
}
