/**
 * A stored safetensors file, read as far as it is asked for. What the log lists of its tensors is used
 * instead of its header, and their CRC-32 is checked when one is read whole.
 */
import { crc32 } from "node:zlib";
import { IoError, type TensorEntry } from "@crv/core";
import {
  bitsOf,
  type Dtype,
  isDtype,
  openSafetensors,
  type SafetensorsReader,
  type Tensor,
  tensorFromBytes,
} from "@crv/safetensors";
import { type CastOptions, castTensor } from "./cast.js";
import { checkNotAborted, readError } from "./tensor-errors.js";
import { formatCrc32 } from "./tensor-member.js";

/** Bytes of one read; what is larger is put together from several. */
const PIECE_BYTES = 64 * 1024 * 1024;

/** Where a sum is wanted: it is taken while the processor's cache holds the piece, and the next are read. */
const SUMMED_PIECE_BYTES = 16 * 1024 * 1024;
const PIECES_AHEAD = 2;

/** Where a file's bytes come from. */
export interface FileSource {
  /** For messages: what it is, of which run. */
  readonly what: string;
  readonly bytes: number;
  /** As the log lists them; absent: the header says. */
  readonly tensors?: readonly TensorEntry[];
  /** Bytes `[start, end)`. @param into A hint: where they may be put. */
  read(start: number, end: number, into?: Uint8Array): Promise<Uint8Array>;
}

/** What is known of a tensor without its data. */
export interface TensorStat {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly bytes: number;
}

export interface ReadTensorOptions extends CastOptions {
  /** Whether the CRC-32 of a tensor that is read whole is checked, where the log has one. Default true. */
  readonly verify?: boolean;
  readonly signal?: AbortSignal;
}

export class TensorFile {
  readonly #source: FileSource;
  #header: Promise<SafetensorsReader> | undefined;

  constructor(source: FileSource) {
    this.#source = source;
  }

  get what(): string {
    return this.#source.what;
  }

  /** In the order of their data. Reads the header where the log does not list them; never data. */
  async stat(): Promise<readonly TensorStat[]> {
    const listed = this.#source.tensors;
    if (listed) return listed.map((entry) => statOf(this.what, entry));
    const { header } = await this.#open();
    return [...header.tensors.values()].map(({ name, dtype, shape, begin, end }) => ({
      name,
      dtype,
      shape,
      bytes: end - begin,
    }));
  }

  /** `__metadata__` of the file. */
  async metadata(): Promise<ReadonlyMap<string, string>> {
    return (await this.#open()).metadata ?? new Map();
  }

  /** @throws IoError `NOT_FOUND` no tensor of that name; `CORRUPT`, `ABORTED`, `IO`. */
  async tensor(name: string, options: ReadTensorOptions = {}): Promise<Tensor> {
    const place = await this.#place(name);
    const bytes = await this.#readAll(place.begin, place.end, options.signal, place);
    const { verify = true } = options;
    if (verify && place.crc32 !== undefined && place.crc32 !== formatCrc32(bytes.sum)) {
      throw new IoError(
        "CORRUPT",
        `tensor "${name}" of ${this.what} does not match its digest: the bytes changed after they were written; restore the file from a backup`,
        { details: { what: this.what, tensor: name, crc32: formatCrc32(bytes.sum) } },
      );
    }
    return castTensor(tensorFromBytes(place.dtype, place.shape, bytes.bytes), options.dtype);
  }

  /** Rows `[begin, end)` of the first dimension: only their bytes are read. */
  async rows(
    name: string,
    begin: number,
    end: number,
    { signal, dtype }: Omit<ReadTensorOptions, "verify"> = {},
  ): Promise<Tensor> {
    const place = await this.#place(name);
    const [count = 1, ...rest] = place.shape;
    const isRange = Number.isSafeInteger(begin) && Number.isSafeInteger(end);
    if (place.shape.length === 0 || !isRange || begin < 0 || end < begin || end > count) {
      throw new IoError(
        "INVALID_ARGUMENT",
        `rows ${begin} to ${end} are none of tensor "${name}" of ${this.what}, whose shape is [${place.shape.join(", ")}]`,
        { details: { what: this.what, tensor: name, begin, end, shape: place.shape } },
      );
    }
    const rowBits = rest.reduce((product, n) => product * n, bitsOf(place.dtype));
    const [first, last] = [(begin * rowBits) / 8, (end * rowBits) / 8];
    if (!Number.isSafeInteger(first) || !Number.isSafeInteger(last)) {
      throw new IoError("INVALID_ARGUMENT", `rows ${begin} to ${end} do not end at whole bytes`);
    }
    const { bytes } = await this.#readAll(place.begin + first, place.begin + last, signal);
    return castTensor(tensorFromBytes(place.dtype, [end - begin, ...rest], bytes), dtype);
  }

  /**
   * Puts bytes of the data of a tensor, from `start` on and as they are stored, into the whole of `into`,
   * without an array between where the store can do that.
   */
  async readInto(
    name: string,
    start: number,
    into: Uint8Array,
    signal?: AbortSignal,
  ): Promise<void> {
    const { begin } = await this.#place(name);
    for (let at = 0; at < into.byteLength; at += PIECE_BYTES) {
      checkNotAborted(signal);
      await this.#readPiece(begin + start + at, into.subarray(at, at + PIECE_BYTES));
    }
  }

  async #place(name: string) {
    const { tensors: listed } = this.#source;
    const entry = listed?.find((each) => each.name === name);
    if (entry) return { ...entry, ...statOf(this.what, entry) };
    const info = listed ? undefined : (await this.#open()).header.tensors.get(name);
    if (info === undefined) {
      throw new IoError("NOT_FOUND", `${this.what} has no tensor "${name}"`, {
        details: { what: this.what, tensor: name },
      });
    }
    const { dataOffset } = (await this.#open()).header;
    const { dtype, shape, begin, end } = info;
    return { dtype, shape, begin: dataOffset + begin, end: dataOffset + end, crc32: undefined };
  }

  /** The header is read once. */
  #open(): Promise<SafetensorsReader> {
    this.#header ??= openSafetensors({
      byteLength: this.#source.bytes,
      read: (begin, end) => this.#source.read(begin, end),
    }).catch((error: unknown) => {
      this.#header = undefined;
      throw readError(this.what, error);
    });
    return this.#header;
  }

  /** Pieces are checked while the next ones are read. @param place Given when a sum is wanted. */
  async #readAll(
    begin: number,
    end: number,
    signal: AbortSignal | undefined,
    place?: { readonly crc32: string | undefined },
  ): Promise<{ readonly bytes: Uint8Array; readonly sum: number }> {
    const isSummed = place?.crc32 !== undefined;
    const pieceBytes = isSummed ? SUMMED_PIECE_BYTES : PIECE_BYTES;
    checkNotAborted(signal);
    if (end - begin <= pieceBytes) {
      const bytes = await this.#source.read(begin, end);
      return { bytes, sum: isSummed ? crc32(bytes) : 0 };
    }
    const bytes = newArray(end - begin);
    const ahead: Promise<Uint8Array>[] = [];
    let asked = begin;
    let sum = 0;
    for (let at = begin; at < end; ) {
      checkNotAborted(signal);
      while (ahead.length < PIECES_AHEAD && asked < end) {
        const place = bytes.subarray(asked - begin, asked - begin + pieceBytes);
        const piece = this.#readPiece(asked, place);
        // One that fails is told when its turn comes.
        piece.catch(() => undefined);
        ahead.push(piece);
        asked += pieceBytes;
      }
      const piece = (await ahead.shift()) as Uint8Array;
      if (isSummed) sum = crc32(piece, sum);
      at += piece.byteLength;
    }
    return { bytes, sum };
  }

  /** Fills `piece` with the bytes from `at` on. */
  async #readPiece(at: number, piece: Uint8Array): Promise<Uint8Array> {
    const found = await this.#source.read(at, at + piece.byteLength, piece);
    if (found !== piece) piece.set(found);
    return piece;
  }
}

/** All of it will be overwritten, so it need not be cleared first. */
function newArray(sizeBytes: number): Uint8Array {
  const { buffer, byteOffset } = Buffer.allocUnsafeSlow(sizeBytes);
  return new Uint8Array(buffer, byteOffset, sizeBytes);
}

function statOf(what: string, { name, dtype, shape, begin, end }: TensorEntry): TensorStat {
  if (isDtype(dtype)) return { name, dtype, shape, bytes: end - begin };
  throw new IoError("CORRUPT", `${what}: the log says that "${name}" has dtype ${dtype}`, {
    details: { what, tensor: name, dtype },
  });
}
