/**
 * What writers of a campaign do. Each operation is plain data, which stands in the message of its
 * commit: the log then says what the tables must hold, also for commits that nobody was told of.
 */
import { counter, events, facts, latest, rowTable, trio } from "./tables.mjs";

/** @typedef {import("@crv/storage-trait/testing").SeededRandom} SeededRandom */
/** @typedef {import("crv").Run<any>} Run */
/** @typedef {Record<string, string | number>} Row */

/**
 * @typedef {object} Operation
 * @property {string} kind
 * @property {string} writer
 * @property {number} n unique among the operations of its writer
 * @property {readonly number[]} ticks
 * @property {number} id a key of `facts`
 */

/**
 * Tables as they should be: rows by key, in a table without key by writer and number.
 * @typedef {Map<string, Map<string, Row>>} Contents
 */

/**
 * @typedef {object} OperationKind
 * @property {number} weight how often it is drawn
 * @property {(run: Run, operation: Operation, options: import("crv").WriteOptions) =>
 *   Promise<{ version: number, hasEffect: boolean }>} perform
 * @property {(contents: Contents, operation: Operation) => void} apply
 */

const FACTS = 8;
const TICKS = 60;

/** @type {Readonly<Record<string, OperationKind>>} */
export const OPERATIONS = {
  append: {
    weight: 4,
    perform: (run, operation, options) => append(run, events, operation, options),
    apply: (contents, operation) => addRows(contents, "events", operation),
  },
  transaction: {
    weight: 4,
    perform: (run, operation, options) =>
      transaction(run, options, async (tx) => {
        for (const table of trio) await tx.insert(table, rowsOf(operation));
      }),
    apply: (contents, operation) => {
      for (const { name } of trio) addRows(contents, name, operation);
    },
  },
  merge: {
    weight: 2,
    perform: (run, operation, options) =>
      transaction(run, options, (tx) => tx.merge(facts, factsOf(operation))),
    apply: (contents, operation) => {
      for (const fact of factsOf(operation)) tableOf(contents, "facts").set(`${fact.id}`, fact);
    },
  },
  update: {
    weight: 1,
    perform: (run, { id, writer, n }, options) =>
      transaction(run, options, (tx) => tx.update(facts, { id }, { writer, n })),
    apply: (contents, { id, writer, n }) => {
      if (tableOf(contents, "facts").has(`${id}`))
        tableOf(contents, "facts").set(`${id}`, { id, writer, n });
    },
  },
  delete: {
    weight: 1,
    perform: (run, { id }, options) => transaction(run, options, (tx) => tx.delete(facts, { id })),
    apply: (contents, { id }) => {
      tableOf(contents, "facts").delete(`${id}`);
    },
  },
  overwrite: {
    weight: 1,
    perform: (run, operation, options) =>
      transaction(run, options, (tx) => tx.overwrite(latest, rowsOf(operation))),
    apply: (contents, operation) => {
      tableOf(contents, "latest").clear();
      addRows(contents, "latest", operation);
    },
  },
  count: {
    weight: 2,
    perform: (run, _operation, options) =>
      transaction(run, options, async (tx) => {
        const [row] = await tx.scan(counter).toRows();
        await tx.merge(counter, [{ id: 0, total: Number(row?.total ?? 0) + 1 }]);
      }),
    apply: (contents) => {
      const total = Number(tableOf(contents, "counter").get("0")?.total ?? 0) + 1;
      tableOf(contents, "counter").set("0", { id: 0, total });
    },
  },
  create: {
    weight: 1,
    perform: (run, operation, options) =>
      append(run, rowTable(madeBy(operation)), operation, options),
    apply: (contents, operation) => addRows(contents, madeBy(operation), operation),
  },
};

/** They read parts before they write: a process then starts the threads that decode them. */
const READING = ["merge", "update", "delete", "count"];

const ALL = Object.entries(OPERATIONS).flatMap(([kind, { weight }]) => Array(weight).fill(kind));
const WITHOUT_READING = ALL.filter((kind) => !READING.includes(kind));

/**
 * @param {SeededRandom} random @param {string} writer @param {number} n
 * @param {boolean} reads whether it may be one that reads before it writes
 * @returns {Operation}
 */
export function drawOperation(random, writer, n, reads) {
  const count = random.pick([1, 1, 2, 4]);
  const ticks = Array.from({ length: count }, () => random.integer(TICKS));
  return {
    kind: random.pick(reads ? ALL : WITHOUT_READING),
    writer,
    n,
    ticks,
    id: random.integer(FACTS),
  };
}

/** @param {Operation} operation */
export const rowsOf = ({ writer, n, ticks }) => ticks.map((tick) => ({ tick, writer, n }));

/** @param {Operation} operation */
const factsOf = ({ id, writer, n }) => [id, id + 1].map((key) => ({ id: key, writer, n }));

/** @param {Operation} operation */
const madeBy = ({ writer, n }) => `made_${writer}_${n}`;

/** @param {Contents} contents @param {string} table */
function tableOf(contents, table) {
  const rows = contents.get(table) ?? new Map();
  contents.set(table, rows);
  return rows;
}

/** @param {Contents} contents @param {string} table @param {Operation} operation */
function addRows(contents, table, operation) {
  for (const [i, row] of rowsOf(operation).entries())
    tableOf(contents, table).set(`${row.writer} ${row.n} ${i}`, row);
}

/**
 * @param {Run} run @param {ReturnType<typeof rowTable>} table @param {Operation} operation
 * @param {import("crv").WriteOptions} options
 */
async function append(run, table, operation, options) {
  const { version } = await run.append(table, rowsOf(operation), options);
  return { version, hasEffect: true };
}

/**
 * @param {Run} run @param {import("crv").WriteOptions} options
 * @param {(tx: import("crv").Transaction<any>) => Promise<void>} work
 */
async function transaction(run, options, work) {
  const { version, tables } = await run.transaction(work, options);
  const changed = tables.filter((table) => table.rowsAdded + table.rowsRemoved > 0);
  return { version, hasEffect: changed.length > 0 };
}
