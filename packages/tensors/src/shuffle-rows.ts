/** Rows put into another order where they are: no second array of them, and no view for each. */

/**
 * Row i goes to place `order[i]`. Each row is copied once, and one of each cycle is put aside meanwhile.
 *
 * @param bytes The rows, and room for one more behind them.
 * @param order A permutation.
 */
export function shuffleRows(bytes: Uint8Array, rowBytes: number, order: Uint32Array): void {
  const rows = order.length;
  const aside = rows * rowBytes;
  const sources = new Uint32Array(rows);
  for (let row = 0; row < rows; row++) sources[order[row] as number] = row;
  for (let first = 0; first < rows; first++) {
    if (sources[first] === first) continue;
    bytes.copyWithin(aside, first * rowBytes, (first + 1) * rowBytes);
    let place = first;
    for (;;) {
      const source = sources[place] as number;
      sources[place] = place;
      const from = source === first ? aside : source * rowBytes;
      bytes.copyWithin(place * rowBytes, from, from + rowBytes);
      if (source === first) break;
      place = source;
    }
  }
}
