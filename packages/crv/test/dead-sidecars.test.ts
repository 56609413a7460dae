/**
 * A run whose directory holds what a thousand dead writers left is opened as any other: each of them is
 * settled and told of in the log.
 */
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { formatPartPrefix, MAIN_BRANCH, parseOperationId } from "@crv/core";
import { encodeSidecar } from "@crv/recovery";
import { expect, test } from "vitest";
import { openRun, type Run, recoveriesOf } from "../src/index.js";
import { listParts, listSidecars } from "./support/listing.js";
import { scratchDirectory } from "./support/scratch.js";
import { flights, flightsFrom } from "./support/tables.js";

const COUNT = 1000;

/** What a process of an earlier boot leaves that dies between its parts and its record. */
async function leaveDeadOperation({ path }: Run, number: number, part: string): Promise<string> {
  const operationId = parseOperationId(`01JGFJJZ00${String(number).padStart(16, "0")}`);
  const partPrefix = formatPartPrefix(operationId);
  const sidecar = await encodeSidecar({
    operationId,
    branch: MAIN_BRANCH,
    base: 1,
    writerKind: "append",
    actor: `writer ${number}`,
    tables: new Map([[flights.name, null]]),
    partPrefix,
    owner: { bootId: "an earlier one", pidNamespace: "1", pid: 42, startedAt: "1" },
    startedAt: "2025-01-01T00:00:00.000Z",
    leaseDeadline: "2025-01-01T00:01:00.000Z",
  });
  await writeFile(join(path, "_recovery", `${operationId}.json`), sidecar);
  const name = `part-${partPrefix}00000000.parquet`;
  await copyFile(part, join(path, "tables/flights/bucket=000000", name));
  return operationId;
}

test(`a run with ${COUNT} dead sidecars is opened, and each is rolled back and audited once`, async () => {
  const root = await scratchDirectory();
  const options = { root, runId: "run-1", tables: [flights] } as const;
  const first = await openRun(options);
  await first.append("flights", flightsFrom(0, 3));
  const [part = ""] = await first.scan("flights").files();
  await first.close();
  await mkdir(join(first.path, "_recovery"), { recursive: true });
  const ids: string[] = [];
  for (let number = 0; number < COUNT; number++) {
    ids.push(await leaveDeadOperation(first, number, part));
  }

  await using run = await openRun(options);
  expect(run.recovered.rolledBack.map(({ operationId }) => operationId)).toEqual(ids);
  expect(run.recovered).toMatchObject({ rolledForward: [], left: [] });
  expect(await listSidecars(run.path)).toEqual([]);
  expect(await listParts(run.path)).toHaveLength(1);
  const audited = (await run.log({ actor: "crv:recovery" })).flatMap(recoveriesOf);
  expect(audited.map(({ operationId }) => operationId)).toEqual(ids);
  expect(audited.map(({ forActor }) => forActor)).toEqual(ids.map((_, n) => `writer ${n}`));
  await run.append("flights", flightsFrom(3, 1));
  expect(await run.scan("flights").count()).toBe(4);
});
