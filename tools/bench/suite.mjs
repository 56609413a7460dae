/** All benchmarks, in the order in which they are run and shown. */
import { append } from "./benchmarks/append.mjs";
import { bulk } from "./benchmarks/bulk.mjs";
import { cleanup } from "./benchmarks/cleanup.mjs";
import { groupCommit } from "./benchmarks/group-commit.mjs";
import { merge } from "./benchmarks/merge.mjs";
import { metadata } from "./benchmarks/metadata.mjs";
import { objects } from "./benchmarks/objects.mjs";
import { open } from "./benchmarks/open.mjs";
import { optimize } from "./benchmarks/optimize.mjs";
import { plan } from "./benchmarks/plan.mjs";
import { processes } from "./benchmarks/processes.mjs";
import { recovery } from "./benchmarks/recovery.mjs";
import { scan } from "./benchmarks/scan.mjs";
import { stream } from "./benchmarks/stream.mjs";
import { tensorAppends } from "./benchmarks/tensor-appends.mjs";
import { tensorHeaders } from "./benchmarks/tensor-headers.mjs";
import { tensors } from "./benchmarks/tensors.mjs";
import { verify } from "./benchmarks/verify.mjs";

/** @type {readonly import("./benchmark.mjs").Benchmark[]} */
export const suite = [
  append,
  groupCommit,
  processes,
  recovery,
  bulk,
  objects,
  stream,
  scan,
  plan,
  open,
  metadata,
  merge,
  optimize,
  cleanup,
  verify,
  tensors,
  tensorHeaders,
  tensorAppends,
];
