/**
 * A process that uses a simulated disk: it numbers its storage calls, suffers its faults, and once
 * it is dead nothing it does has an effect any more.
 */
import { IoError } from "@crv/core";
import type { ProcessIdentity } from "../liveness.js";
import { type Fault, type FaultErrno, type FaultPlan, faultAt } from "./fault-plan.js";
import { formatStorageCall, type StorageCall } from "./storage-call.js";

/** The process died at this step. Not a CrvError, so that nothing takes it for a failed call. */
export class SimulatedCrash extends Error {
  override readonly name = "SimulatedCrash";
  readonly call: StorageCall | undefined;

  constructor(process: string, call: StorageCall | undefined) {
    super(`${process} died${call === undefined ? "" : ` at ${formatStorageCall(call)}`}`);
    this.call = call;
  }
}

export interface SimulatedProcessOptions {
  readonly name: string;
  readonly identity: ProcessIdentity;
  readonly plan: FaultPlan;
  /** Called before each step; the step waits for it. */
  before(call: StorageCall): void | Promise<void>;
  /** Called when the step's turn has come and its process did not die before it. */
  record(call: StorageCall): void;
}

export class SimulatedProcess {
  readonly name: string;
  readonly identity: ProcessIdentity;
  readonly #options: SimulatedProcessOptions;
  #callCount = 0;
  #death: SimulatedCrash | undefined;

  constructor(options: SimulatedProcessOptions) {
    this.name = options.name;
    this.identity = options.identity;
    this.#options = options;
  }

  /** Storage calls so far. */
  get callCount(): number {
    return this.#callCount;
  }

  get crashed(): boolean {
    return this.#death !== undefined;
  }

  /** SIGKILL, between two steps. */
  kill(): void {
    this.#die(undefined);
  }

  /** @throws SimulatedCrash when the process is dead. */
  checkAlive(): void {
    if (this.#death !== undefined) throw this.#death;
  }

  /**
   * One storage call: its turn, its fault, its effect.
   *
   * @param effect What the step does, without pause. It is given faults that change what it does.
   * @throws SimulatedCrash when the process is dead or dies here. `IO` for a planned error.
   */
  async step<Result>(
    what: Pick<StorageCall, "verb" | "step" | "key">,
    effect: (fault: Fault | undefined) => Result,
  ): Promise<Result> {
    this.checkAlive();
    const call = { process: this.name, number: ++this.#callCount, ...what };
    await this.#options.before(call);
    // It may have died while this step waited for its turn.
    this.checkAlive();
    const fault = faultAt(this.#options.plan, call);
    if (fault?.kind === "crash" && fault.when === "before") throw this.#die(call);
    this.#options.record(call);
    if (fault?.kind === "error" && fault.when === "before") throw simulatedError(call, fault.errno);
    const result = effect(fault);
    if (fault?.kind === "crash" || fault?.kind === "torn-write") throw this.#die(call);
    if (fault?.kind === "error") throw simulatedError(call, fault.errno);
    return result;
  }

  #die(call: StorageCall | undefined): SimulatedCrash {
    this.#death ??= new SimulatedCrash(this.name, call);
    return this.#death;
  }
}

function simulatedError(call: StorageCall, errno: FaultErrno): IoError {
  return new IoError("IO", `${errno} (simulated) at ${formatStorageCall(call)}`, {
    details: { errno, key: call.key, step: call.step },
  });
}
