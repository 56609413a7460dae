/**
 * A run as a plain directory that the original wrote. Reads only; names that are not exactly those of
 * the layout are not ours. Source: docs/format/artifacts.md, "Plain directories".
 */
import { IoError, METADATA_BYTES_MAX } from "@crv/core";
import { decodeJson } from "./python-json.js";
import type { DetectorsEntry, LayersForm, RunReader } from "./run-reader.js";
import { NAMES_FIELD } from "./stage-tensors.js";
import { TensorFile } from "./tensor-file.js";

export interface PlainEntry {
  /** Relative to the run, `/` between segments. */
  readonly path: string;
  readonly bytes: number;
}

/** The files of one run directory. */
export interface PlainFiles {
  /** Files at any depth, in any order. */
  list(): Promise<readonly PlainEntry[]>;
  read(path: string, range: { readonly start: number; readonly end: number }): Promise<Uint8Array>;
  close(): Promise<void>;
}

const BATCH_FILE = /^batch_(\d{6,})\.safetensors$/;
const LAYER_FILE = /^batch_(0|[1-9]\d*)\/([^/]+)\/([^/]+)\.safetensors$/;
const LAYER_JSON = /^batch_(0|[1-9]\d*)\/metadata\.json$/;
const DETECTOR_FILE = /^detectors\/([^/]+)\/([^/]+)\.safetensors$/;

export class PlainRun implements RunReader {
  readonly runId: string;
  readonly #files: PlainFiles;
  readonly #entries: ReadonlyMap<string, PlainEntry>;

  private constructor(runId: string, files: PlainFiles, entries: readonly PlainEntry[]) {
    this.runId = runId;
    this.#files = files;
    const sorted = [...entries].sort((a, b) => (a.path < b.path ? -1 : 1));
    this.#entries = new Map(sorted.map((entry) => [entry.path, entry]));
  }

  /** Looks at the directory once: what is written later is not seen. */
  static async open(runId: string, files: PlainFiles): Promise<PlainRun> {
    return new PlainRun(runId, files, await files.list());
  }

  async indexes(): Promise<readonly number[]> {
    const found = new Set<number>();
    for (const path of this.#entries.keys()) {
      const file = BATCH_FILE.exec(path)?.[1];
      const form = LAYER_FILE.exec(path)?.[1] ?? LAYER_JSON.exec(path)?.[1];
      const index = Number(file ?? form ?? Number.NaN);
      if (Number.isSafeInteger(index) && (file === undefined || path === batchPath(index))) {
        found.add(index);
      }
    }
    return [...found].sort((a, b) => a - b);
  }

  async batch(index: number): Promise<TensorFile | undefined> {
    return this.#file(`batch ${index}`, batchPath(index));
  }

  async layers(index: number): Promise<LayersForm | undefined> {
    const json = `batch_${index}/metadata.json`;
    const files = this.#layerFiles(LAYER_FILE, (match) => Number(match[1]) === index, 2);
    if (files.size === 0 && !this.#entries.has(json)) return undefined;
    return { metadata: () => this.#bytes(json), files };
  }

  metadata(): Promise<Uint8Array | undefined> {
    return this.#bytes("meta.json");
  }

  /** The single-file form: a tensor `batch_<n>` in the file of its layer and key for each entry. */
  async detectors(): Promise<readonly DetectorsEntry[]> {
    const what = `the detectors of run ${this.runId}`;
    const bytes = await this.#bytes("detectors/metadata.json");
    if (bytes === undefined) return [];
    const root = decodeJson(what, bytes);
    const batches = (root as { readonly batches?: unknown } | null)?.batches;
    if (!Array.isArray(batches)) {
      throw new IoError("CORRUPT", `${what} have no list "batches"`, { details: { what } });
    }
    const files = this.#layerFiles(DETECTOR_FILE, () => true, 1);
    return batches.map((entry: unknown, index) => ({
      index,
      metadata: () => Promise.resolve(entry),
      tensors: async () => {
        const layers = new Map<string, Map<string, { file: TensorFile; name: string }>>();
        for (const [layer, keys] of Object.entries(namesOf(what, entry))) {
          const found = new Map<string, { file: TensorFile; name: string }>();
          for (const key of keys) {
            const file = files.get(layer)?.get(key);
            if (file === undefined) throw missing(what, `${layer}/${key}`);
            found.set(key, { file, name: `batch_${index}` });
          }
          layers.set(layer, found);
        }
        return layers;
      },
    }));
  }

  close(): Promise<void> {
    return this.#files.close();
  }

  #layerFiles(pattern: RegExp, isAsked: (match: RegExpExecArray) => boolean, layerGroup: number) {
    const layers = new Map<string, Map<string, TensorFile>>();
    for (const path of this.#entries.keys()) {
      const match = pattern.exec(path);
      if (match === null || !isAsked(match)) continue;
      const layer = match[layerGroup] as string;
      const key = match[layerGroup + 1] as string;
      const keys = layers.get(layer) ?? new Map<string, TensorFile>();
      layers.set(layer, keys.set(key, this.#file(path, path) as TensorFile));
    }
    return layers;
  }

  #file(what: string, path: string): TensorFile | undefined {
    const entry = this.#entries.get(path);
    return (
      entry &&
      new TensorFile({
        what: `${what} of run ${this.runId}`,
        bytes: entry.bytes,
        read: (start, end) => this.#files.read(path, { start, end }),
      })
    );
  }

  async #bytes(path: string): Promise<Uint8Array | undefined> {
    const entry = this.#entries.get(path);
    if (entry === undefined) return undefined;
    if (entry.bytes > METADATA_BYTES_MAX) {
      throw new IoError("LIMIT_EXCEEDED", `${path} has ${entry.bytes} bytes: it is no metadata`, {
        details: { path, sizeBytes: entry.bytes, max: METADATA_BYTES_MAX },
      });
    }
    return this.#files.read(path, { start: 0, end: entry.bytes });
  }
}

function batchPath(index: number): string {
  return `batch_${String(index).padStart(6, "0")}.safetensors`;
}

/** What an entry promises, by layer. */
export function namesOf(what: string, entry: unknown): Readonly<Record<string, readonly string[]>> {
  const names = (entry as Readonly<Record<string, unknown>> | null)?.[NAMES_FIELD];
  const isSound =
    typeof names === "object" &&
    names !== null &&
    !Array.isArray(names) &&
    Object.values(names).every((keys) => Array.isArray(keys) && keys.every(isText));
  if (isSound) return names as Readonly<Record<string, readonly string[]>>;
  throw new IoError("INVALID_ARGUMENT", `${what} has no "${NAMES_FIELD}": it says of no tensors`, {
    details: { what },
  });
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

/** A tensor that the metadata promises and that is not there. */
export function missing(what: string, tensor: string): IoError {
  return new IoError("CORRUPT", `${what}: its metadata promise ${tensor}, which is not there`, {
    details: { what, tensor },
  });
}
