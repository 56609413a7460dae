/** Where in a commit the replay is killed. */

/** The phases of a commit, in order. */
export const PHASES = ["sidecar", "parts", "publish", "views", "done"] as const;

export type Phase = (typeof PHASES)[number];

export interface PhaseEvent {
  readonly phase: Phase;
  readonly when: "before" | "after";
}

/** Every name that `--kill-at` takes, in the order in which a commit passes them. */
export const KILL_POINTS: readonly string[] = [
  "none",
  ...PHASES.flatMap((phase) => [`before-${phase}`, `after-${phase}`]),
];

/** `none`, `before-publish`, `after-parts`; a bare phase means before it. Undefined when unknown. */
export function parseKillPoint(text: string): PhaseEvent | "none" | undefined {
  if (text === "none") return "none";
  const [, when = "before", name] = /^(?:(before|after)-)?(\w+)$/.exec(text) ?? [];
  const phase = PHASES.find((known) => known === name);
  return phase && { phase, when: when as PhaseEvent["when"] };
}

export function formatKillPoint({ phase, when }: PhaseEvent): string {
  return `${when}-${phase}`;
}

/** What is true of the store at each point, in plain words. */
export function describeKillPoint({ phase, when }: PhaseEvent): string {
  const words: Record<Phase, Record<PhaseEvent["when"], string>> = {
    sidecar: {
      before: "before it wrote anything",
      after: "with its recovery sidecar written, and no part",
    },
    parts: {
      before: "with its recovery sidecar written, and no part",
      after: "with parts on disk that no record names yet",
    },
    publish: {
      before: "with all parts of both tables on disk, and no record that names them",
      after: "with its record durable, and the published views behind it",
    },
    views: {
      before: "with its record durable, and the published views behind it",
      after: "with the views caught up and the sidecar gone; only the caller did not know yet",
    },
    done: {
      before: "when the commit had returned, and nobody had been told",
      after: "when the commit had returned and the parent had been told",
    },
  };
  return words[phase][when];
}
