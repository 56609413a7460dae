/** Faults as data: which step goes wrong, and how. */
import type { SeededRandom } from "./seeded-random.js";
import type { StorageCall } from "./storage-call.js";

export type FaultErrno =
  | "EACCES"
  | "EAGAIN"
  | "EBUSY"
  | "EDQUOT"
  | "EIO"
  | "EMFILE"
  | "ENOSPC"
  | "EPERM"
  | "EROFS"
  | "ESTALE";

export type Fault =
  /** The process dies: before the step has its effect, or after it. */
  | { readonly kind: "crash"; readonly when: "before" | "after" }
  /** The step reports an error, without or in spite of its effect. On `sync-content`, it poisons. */
  | { readonly kind: "error"; readonly errno: FaultErrno; readonly when: "before" | "after" }
  /** Of `link`: no answer. The object appeared, will at `deliverLate`, or never does. */
  | { readonly kind: "unknown"; readonly lands: "now" | "late" | "never" }
  /** Of `link`: the answer is right, and the same request is delivered again at `deliverLate`. */
  | { readonly kind: "duplicate" }
  /** Of `write`: half of the bytes are written; the store has to go on. */
  | { readonly kind: "short-write" }
  /** Of `write`: half of the bytes are written, then the process dies. */
  | { readonly kind: "torn-write" };

export interface PlannedFault {
  /** `StorageCall.number` of the step. */
  readonly at: number;
  readonly fault: Fault;
}

/** A list for one process, or a function of the step that is asked once for each step. */
export type FaultPlan = readonly PlannedFault[] | ((call: StorageCall) => Fault | undefined);

/** Dies before step `at`. */
export function crashBefore(at: number): FaultPlan {
  return [{ at, fault: { kind: "crash", when: "before" } }];
}

/** Dies after step `at`, before anything else. */
export function crashAfter(at: number): FaultPlan {
  return [{ at, fault: { kind: "crash", when: "after" } }];
}

/** Every fault that can befall the step: what an exhaustive test plants at each line of a trace. */
export function fittingFaults({ step }: Pick<StorageCall, "step">): readonly Fault[] {
  return ALL_FAULTS.filter((fault) => fits(fault, step));
}

export interface RandomFaultOptions {
  readonly random: SeededRandom;
  /** Of a fault at any one step, in [0, 1]. */
  readonly probability: number;
  /** Which kinds may come; default: all but crashes and torn writes, which end the process. */
  readonly kinds?: readonly Fault["kind"][];
}

/** Faults at random steps, decided by the seed and the order in which steps come. */
export function randomFaults({
  random,
  probability,
  kinds = ["error", "unknown", "duplicate", "short-write"],
}: RandomFaultOptions): FaultPlan {
  return (call) => {
    if (random.fraction() >= probability) return undefined;
    const fitting = fittingFaults(call).filter(({ kind }) => kinds.includes(kind));
    return fitting.length === 0 ? undefined : random.pick(fitting);
  };
}

/** @throws RangeError when the plan asks for what the step cannot suffer: such a test proves nothing. */
export function faultAt(plan: FaultPlan, call: StorageCall): Fault | undefined {
  const fault =
    typeof plan === "function" ? plan(call) : plan.find(({ at }) => at === call.number)?.fault;
  if (fault !== undefined && !fits(fault, call.step)) {
    throw new RangeError(`the fault "${fault.kind}" does not fit the step "${call.step}"`);
  }
  return fault;
}

const ALL_FAULTS: readonly Fault[] = [
  { kind: "crash", when: "before" },
  { kind: "crash", when: "after" },
  { kind: "error", errno: "EIO", when: "before" },
  { kind: "error", errno: "ENOSPC", when: "before" },
  { kind: "error", errno: "EIO", when: "after" },
  { kind: "unknown", lands: "now" },
  { kind: "unknown", lands: "late" },
  { kind: "unknown", lands: "never" },
  { kind: "duplicate" },
  { kind: "short-write" },
  { kind: "torn-write" },
];

function fits({ kind }: Fault, step: StorageCall["step"]): boolean {
  if (kind === "unknown" || kind === "duplicate") return step === "link";
  if (kind === "short-write" || kind === "torn-write") return step === "write";
  return true;
}
