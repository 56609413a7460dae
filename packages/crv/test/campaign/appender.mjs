/**
 * A process that opens a run, and then does what each line on its input says; it answers each with a
 * line of JSON, `{ value }` or `{ error }`. Its one argument is the root. It ends with its input.
 */
import { createInterface } from "node:readline";
import { CrvError, openRun } from "crv";
import { trio } from "./tables.mjs";

const root = process.argv[2] ?? "";
const open = (/** @type {"readWrite" | "readOnly"} */ mode) =>
  openRun({ root, runId: "run", tables: trio, mode });

// Writes over the limit of `ulimit -f` are answered with a signal that ends a process, or this error.
process.on("SIGXFSZ", () => {});
// So that another user may read what this one makes.
process.umask(0o022);

const run = await open("readWrite");

/** @type {Readonly<Record<string, (n: number) => Promise<unknown>>>} */
const commands = {
  /** One row for each of three tables. */
  async write(n) {
    const row = { tick: n, writer: "appender", n };
    return (
      await run.transaction(async (tx) => {
        for (const table of trio) await tx.insert(table, [row]);
      })
    ).version;
  },
  /** Of a process that begins now. */
  async open() {
    await (await open("readWrite")).close();
  },
  /** Rows that another reader sees, by table. */
  async read() {
    const reader = await open("readOnly");
    const rows = [];
    for (const { name } of trio) {
      const found = await reader.scan(name).toRows();
      rows.push(found.map(({ n }) => n).sort((a, b) => Number(a) - Number(b)));
    }
    await reader.close();
    return rows;
  },
  /** From here on file modes bind it, whoever started it. */
  async obeyModes() {
    if (process.getuid?.() === 0) process.setuid?.("nobody");
  },
};

for await (const line of createInterface(process.stdin)) {
  const { command, n } = JSON.parse(line);
  console.log(JSON.stringify(await answer(commands[command]?.(n))));
}
process.exit(0);

/** @param {Promise<unknown> | undefined} work */
async function answer(work) {
  try {
    return { value: (await work) ?? null };
  } catch (error) {
    if (!(error instanceof CrvError)) return { error: { name: "foreign", message: String(error) } };
    const { name, code, action, message } = error;
    return { error: { name, code, action, message } };
  }
}
