/**
 * Who owns a sidecar, and whether that process still runs.
 *
 * `dead` is a proof: same boot, same pid namespace, and no process of that pid and start time. From
 * any other machine, boot or namespace the answer is `unknown`, and the lease decides.
 */
export interface ProcessIdentity {
  /** Changes with every boot of the machine. */
  readonly bootId: string;
  /** A pid means a process only within its namespace. */
  readonly pidNamespace: string;
  readonly pid: number;
  /** Tells a process from a later one with the same pid. */
  readonly startedAt: string;
}

export interface Liveness {
  /** This process. */
  self(): Promise<ProcessIdentity>;
  probe(owner: ProcessIdentity): Promise<"alive" | "dead" | "unknown">;
}
