/** Goal: `crv` reads a run of the Python original as it is, and `crv adopt` takes it over. */
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Ended, runCrv } from "./crv-process.js";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const FIXTURE = fileURLToPath(new URL("../../crv/test/fixtures/foreign", import.meta.url));
const RUN = "20250101-000000";

let root: string;
const crv = (...args: readonly string[]): Promise<Ended> => runCrv("--root", root, ...args);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "crv-adopt-"));
  await cp(FIXTURE, root, { recursive: true });
});

afterAll(() => rm(root, { recursive: true }));

describe("crv adopt", () => {
  test("takes over what show and scan read as it is", async () => {
    const before = await crv("scan", RUN, "holdings", "--format", "csv", "--columns", "tick");
    expect(before.code).toBe(0);
    expect(
      before.stdout
        .trim()
        .split("\n")
        .slice(1)
        .map(Number)
        .sort((a, b) => a - b),
    ).toEqual([3, 7, 50, 51, 99, 150]);
    for (const told of [before.stderr, (await crv("show", RUN)).stderr]) {
      expect(told).toContain(`run ${RUN} has no log: another program wrote it`);
      expect(told).toContain("left aside tables/holdings/bucket=000002/");
    }
    expect((await crv("runs", "--status", "foreign")).stdout).toMatch(
      /^20250101-000000 +foreign +0 +5 +13 /m,
    );
    const verified = await crv("verify", RUN);
    expect(verified.code).toBe(2);
    expect(verified.stderr).toContain(`"crv adopt ${RUN}" checks every file`);
    const refused = await crv("adopt", RUN, "--bucket-size", "60");
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("INVALID_TICK");
    const { code, stdout } = await crv("adopt", RUN);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^holdings +6 +3$/m);
    expect(stdout).toContain("left aside tables/holdings/bucket=000002/");
    expect(stdout).toContain("not read decisions.extra: ");
    const log = await crv("log", RUN);
    expect(log.stdout).toContain("crv adopt");
  });
});
