import { packageBuild } from "../../tsup.config.mjs";

// The pool starts the worker by file name, so it is built as a file of its own.
export default packageBuild({ extraEntries: ["parquet/worker"] });
