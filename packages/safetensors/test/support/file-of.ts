/** A file with any header, well-formed or not. */
export function fileOf(header: string | Uint8Array, dataByteLength = 0): Uint8Array {
  const json = typeof header === "string" ? new TextEncoder().encode(header) : header;
  const file = new Uint8Array(8 + json.length + dataByteLength);
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
  file.set(json, 8);
  return file;
}

/** The text of one entry. */
export function entry(dtype: string, shape: string, begin: number, end: number): string {
  return `{"dtype":"${dtype}","shape":${shape},"data_offsets":[${begin},${end}]}`;
}
