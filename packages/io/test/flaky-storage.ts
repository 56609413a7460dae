/** A storage in memory whose commits do what a test says, in the order in which it says so. */
import {
  type CommitOutcome,
  IoError,
  type OperationRef,
  type Resolution,
  type Version,
} from "@crv/core";
import { MemoryStorage } from "./memory-storage.js";

/** `lost` and `landed` are answered with an unknown outcome. */
export type Fate = "commits" | "fails" | "conflicts" | "lost" | "landed";

type MemoryOperation = Parameters<MemoryStorage["publish"]>[0];

export class FlakyStorage extends MemoryStorage {
  /** Of the next commits; then all commit. */
  readonly fates: Fate[] = [];
  /** Calls of `resolve` that fail, or find out nothing. */
  readonly resolutions: ("fails" | "unknown")[] = [];
  commitCount = 0;
  #held: Promise<void> | undefined;
  #landedAt: Version | undefined;

  /** Lets every operation wait until what this returns is called. */
  hold(): () => void {
    let release = (): void => {};
    this.#held = new Promise((resolve) => {
      release = resolve;
    });
    return release;
  }

  override publish(operation: MemoryOperation): CommitOutcome {
    this.commitCount++;
    const fate = this.fates.shift() ?? "commits";
    switch (fate) {
      case "commits":
        return super.publish(operation);
      case "fails":
        throw new IoError("IO", "the disk is full");
      case "conflicts":
        return { kind: "conflict", conflict: { kind: "RetryBudgetExhausted", attempts: 3 } };
      default: {
        const landed = fate === "landed" ? super.publish(operation) : undefined;
        this.#landedAt = landed?.kind === "committed" ? landed.version : undefined;
        const ref = operation.ref as OperationRef;
        return { kind: "unknown", operation: ref, cause: new Error("no answer") };
      }
    }
  }

  override async snapshot(): ReturnType<MemoryStorage["snapshot"]> {
    await this.#held;
    return super.snapshot();
  }

  async resolve(): Promise<Resolution> {
    const trouble = this.resolutions.shift();
    if (trouble === "fails") throw new IoError("IO", "the disk is away");
    if (trouble === "unknown") return { kind: "unknown", cause: new Error("no answer") };
    return this.#landedAt === undefined
      ? { kind: "aborted", version: this.version }
      : { kind: "committed", version: this.#landedAt };
  }
}
