/**
 * Where the built worker is. Bundled, this module is a file of `dist`, and the worker is below it;
 * run from source, as this package's own tests do, it is two folders away from `dist`.
 */
const FROM_HERE = import.meta.url.endsWith(".ts")
  ? "../../dist/parquet/worker.js"
  : "./parquet/worker.js";

export const WORKER_FILE: string = new URL(FROM_HERE, import.meta.url).href;
