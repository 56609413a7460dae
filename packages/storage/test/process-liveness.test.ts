/** `dead` is a proof: everything that is less is `alive` or `unknown`. */
import { describe, expect, test } from "vitest";
import { createProcessLiveness, type ProcessTable } from "../src/index.js";
import { parseProcStat } from "../src/process-table.js";

function tableOf(changes: Partial<ProcessTable> = {}): ProcessTable {
  const starts = new Map([
    [10, "500"],
    [11, "600"],
  ]);
  return {
    bootId: async () => "boot",
    pidNamespace: async () => "pid:[1]",
    hasProcess: (pid) => starts.has(pid),
    async stateOf(pid) {
      const startedAt = starts.get(pid);
      return startedAt === undefined ? undefined : { startedAt, isZombie: false };
    },
    ...changes,
  };
}

const owner = { bootId: "boot", pidNamespace: "pid:[1]", pid: 11, startedAt: "600" };

describe("createProcessLiveness", () => {
  const liveness = createProcessLiveness({ table: tableOf(), pid: 10 });

  test("identifies itself", async () => {
    const self = { bootId: "boot", pidNamespace: "pid:[1]", pid: 10, startedAt: "500" };
    expect(await liveness.self()).toEqual(self);
    expect(await liveness.probe(self)).toBe("alive");
  });

  test.each([
    ["a process that runs", {}, "alive"],
    ["a pid that nobody has", { pid: 12 }, "dead"],
    ["a pid that another process has now", { startedAt: "599" }, "dead"],
    ["another boot", { bootId: "other", pid: 12 }, "unknown"],
    ["another namespace", { pidNamespace: "pid:[2]", pid: 12 }, "unknown"],
    ["an owner that did not know its start", { startedAt: "" }, "alive"],
    ["a gone owner that did not know its start", { startedAt: "", pid: 12 }, "unknown"],
    ["a pid that means a group of processes", { pid: -1 }, "unknown"],
    ["a pid that means this group of processes", { pid: 0 }, "unknown"],
    ["a pid that is none", { pid: 1.5 }, "unknown"],
  ] as const)("judges %s", async (_, changes, verdict) => {
    expect(await liveness.probe({ ...owner, ...changes })).toBe(verdict);
  });

  test("counts a zombie as dead", async () => {
    const stateOf = async (pid: number) => ({
      startedAt: pid === 11 ? "600" : "500",
      isZombie: true,
    });
    const table = tableOf({ stateOf });
    expect(await createProcessLiveness({ table, pid: 10 }).probe(owner)).toBe("dead");
  });

  test("calls nobody dead where the system tells too little", async () => {
    const silent = { bootId: async () => undefined, pidNamespace: async () => undefined };
    const table = tableOf({ ...silent, stateOf: async () => undefined });
    const elsewhere = createProcessLiveness({ table, pid: 10 });
    const self = await elsewhere.self();
    expect(self.bootId).toMatch(/^host:/);
    expect(await elsewhere.probe({ ...self, pid: 11 })).toBe("alive");
    expect(await elsewhere.probe({ ...self, pid: 12 })).toBe("unknown");
  });

  test("knows this very process", async () => {
    const here = createProcessLiveness();
    expect(await here.probe(await here.self())).toBe("alive");
  });
});

describe("parseProcStat", () => {
  const fields = "S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 8675309 20";

  test("finds the fields after any name", () => {
    for (const name of ["node", "a b", "a) S 1 (b", ""]) {
      expect(parseProcStat(`77 (${name}) ${fields}`)).toEqual({
        startedAt: "8675309",
        isZombie: false,
      });
    }
    expect(parseProcStat(`77 (x) ${fields.replace("S", "Z")}`)?.isZombie).toBe(true);
  });

  test("gives nothing of another form", () => {
    for (const text of ["", "77", "77 (x) S 1 2", `77 (x) ${fields.replace("8675309", "x")}`]) {
      expect(parseProcStat(text)).toBeUndefined();
    }
  });
});
