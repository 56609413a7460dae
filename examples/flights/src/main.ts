/** `npm start`: the parent of the job, or, in the role of its child, the replay. */
import { fileURLToPath } from "node:url";
import { runJob } from "./job.js";
import { parseOptions, USAGE, UsageError } from "./options.js";
import { REPLAY_ROLE, serveReplay } from "./replay-process.js";

const [role, payload, ...rest] = process.argv.slice(2);

if (role === REPLAY_ROLE && payload !== undefined && rest.length === 0) {
  await serveReplay(payload);
} else {
  try {
    const options = parseOptions(process.argv.slice(2));
    if (options === undefined) process.stdout.write(USAGE);
    else process.exitCode = await runJob(fileURLToPath(import.meta.url), options);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\nFor the options: npm start -- --help\n`);
    process.exitCode = 2;
  }
}
