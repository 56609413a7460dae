/**
 * What a program does with a store: describe tables, append, change several tables at once, read.
 * That it compiles is half of the test: rows are checked and typed by their descriptors.
 */
import {
  type AppendResult,
  ConflictError,
  CrvError,
  defineTable,
  type InferRow,
  openRun,
  type RowInput,
  type TransactionResult,
} from "crv";

const trips = defineTable({
  name: "trips",
  columns: {
    minute: "i64",
    city: "str",
    delay: "f64?",
    state: "f32[2]",
    place: { struct: { x: "f64", label: "str?" } },
  },
  tick: "minute",
  bucketSize: 60,
});
const cities = defineTable({
  name: "cities",
  columns: { city: "str", trips: "i64" },
  key: ["city"],
});

type Trip = InferRow<typeof trips>;

/** Writes and reads a run under `root`. @throws Error when anything is not as it should be. */
export async function useStore(root: string): Promise<void> {
  await using run = await openRun({ root, runId: "typed", tables: [trips, cities] });

  const trip: RowInput<typeof trips> = {
    minute: 7,
    city: "Zürich",
    state: [0.5, 1],
    place: { x: 1.5 },
  };
  const appended: AppendResult = await run.append("trips", [trip, { ...trip, minute: 90n }]);
  check("buckets of the append", appended.buckets.join(), "0,1");

  const changed: TransactionResult = await run.transaction(
    async (tx) => {
      await tx.insert(trips, [{ ...trip, minute: 91, delay: 2.5 }]);
      await tx.merge("cities", [{ city: "Zürich", trips: 3 }]);
    },
    { actor: "consumer" },
  );
  check("version of the transaction", changed.version, 2);

  const late: Pick<Trip, "city" | "delay">[] = await run
    .scan("trips", { columns: ["city", "delay"], filter: { delay: { gt: 1 } } })
    .toRows();
  check("late trips", late.length, 1);
  const [first] = await run.scan(trips, { int64: "bigint" }).toRows();
  const minute: bigint | undefined = first?.minute;
  check("first minute", minute, 7n);
  const label: string | null | undefined = first?.place.label;
  check("label of the first place", label, null);
  const state: Float32Array | undefined = first?.state;
  check("state of the first", state?.join(), "0.5,1");

  let rowCount = 0;
  for await (const batch of run.scan("trips", { where: { tickMin: 60 } }))
    rowCount += batch.numRows;
  check("rows by batch", rowCount, 2);
  const table = await run.read("cities");
  check("column of an Arrow table", table.getChild("trips")?.get(0), 3n);

  await expectRefusals(run);
}

/** Each line under an expected error does not compile, and is refused when it runs all the same. */
async function expectRefusals(
  run: Awaited<ReturnType<typeof openRun<readonly [typeof trips, typeof cities]>>>,
): Promise<void> {
  // @ts-expect-error a count of trips is a number
  await expectCode("INVALID_VALUE", run.append("cities", [{ city: "Bern", trips: "many" }]));
  // @ts-expect-error a required column is missing
  await expectCode("MISSING_COLUMN", run.append("cities", [{ city: "Bern" }]));
  // @ts-expect-error there is no such column
  await expectCode("UNEXPECTED_COLUMN", run.append("cities", [{ city: "B", trips: 1, name: "B" }]));
  // @ts-expect-error there is no such column
  await expectCode("INVALID_FILTER", (async () => run.scan("cities", { columns: ["name"] }))());
}

async function expectCode(code: CrvError["code"], call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (error instanceof CrvError && !(error instanceof ConflictError) && error.code === code)
      return;
    throw error;
  }
  throw new Error(`expected ${code}`);
}

function check(what: string, found: unknown, expected: unknown): void {
  if (found !== expected) throw new Error(`${what}: expected ${expected}, found ${found}`);
}
