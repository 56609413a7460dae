/** Bodies of objects, given whole or in pieces. */

export type ObjectBody = Uint8Array | BodyPieces;

/** A piece may be changed by its producer as soon as the next one is asked for. */
export interface BodyPieces extends AsyncIterable<Uint8Array> {
  /** Pieces stay as they were given, so that several may be asked for before the first is written. */
  readonly isSteady?: boolean;
}

/** All bytes of `body` in an array of its own. An error of a body in pieces passes through. */
export async function collectBody(body: ObjectBody): Promise<Uint8Array> {
  if (body instanceof Uint8Array) return body.slice();
  const pieces: Uint8Array[] = [];
  // Copied at once: a producer may use one buffer again and again.
  for await (const piece of body) pieces.push(piece.slice());
  return concatenate(pieces);
}

function concatenate(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((size, piece) => size + piece.byteLength, 0));
  let offset = 0;
  for (const piece of pieces) {
    bytes.set(piece, offset);
    offset += piece.byteLength;
  }
  return bytes;
}
