/** What happened in a simulated universe, in its order: storage calls, their faults, the world's moves. */
import { type Fault, formatStorageCall, type StorageCall } from "@crv/storage-trait/testing";

export class Journal {
  readonly #entries: (StorageCall | string)[] = [];
  readonly #faults = new Map<StorageCall, Fault>();

  /** Storage calls so far. */
  callCount = 0;

  call(call: StorageCall): void {
    this.callCount++;
    this.#entries.push(call);
  }

  /** The fault that `call` suffers; it may be noted before or after the call itself. */
  fault(call: StorageCall, fault: Fault): void {
    this.#faults.set(call, fault);
  }

  /** A move that is no storage call: time passes, a process stops. */
  note(text: string): void {
    this.#entries.push(text);
  }

  /** One line for each entry; of a long journal the last `linesMax`. */
  lines(linesMax = Number.POSITIVE_INFINITY): readonly string[] {
    return this.#entries.slice(-linesMax).map((entry) => {
      if (typeof entry === "string") return `-- ${entry}`;
      const fault = this.#faults.get(entry);
      return `${formatStorageCall(entry)}${fault ? `  !! ${JSON.stringify(fault)}` : ""}`;
    });
  }
}
