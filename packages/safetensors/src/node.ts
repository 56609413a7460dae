/** Files: the adapters of the core for Node. */
export { FileReader } from "./node/file-reader.js";
export {
  openSafetensorsFile,
  openSafetensorsIndex,
  SafetensorsFile,
  SafetensorsShards,
} from "./node/open-file.js";
export {
  type WriteFileOptions,
  type WriteShardsOptions,
  writeSafetensorsFile,
  writeSafetensorsShards,
} from "./node/write-file.js";
