/**
 * The main job, told as it happens: replay, kill, recovery, continuation, proof, figures. It runs in
 * the parent process, which writes nothing into the run itself but what recovery writes.
 */
import { SingleBar } from "cli-progress";
import { openRun } from "crv";
import { formatDay } from "./calendar.js";
import { describeKillPoint, formatKillPoint } from "./kill-point.js";
import type { Options } from "./options.js";
import { proveRun } from "./proof.js";
import { readPublishedRun } from "./published-run.js";
import { describeRecovery, describeWreck } from "./recovery-story.js";
import type { ReplayOptions, ReplayProgress } from "./replay.js";
import { type ReplayEnd, runReplay } from "./replay-process.js";
import { chooseRun, type RunPlace } from "./run-directory.js";
import { formatProof, formatSummary } from "./summary.js";

/** @param program The file that child processes are started with. @returns the exit code */
export async function runJob(program: string, options: Options): Promise<number> {
  const place = await chooseRun(options.out, options);
  for (const runId of place.removed) say(`Removed the run ${runId} of an earlier start.`);
  say(
    `Replaying ${options.days} days of flights into the run ${place.runId} in ${place.directory}:`,
    "one commit per day, each over the tables flights and airport_balance.",
  );

  const ends: ReplayEnd[] = [];
  let recoveryMs = 0;
  const replayStartedAt = performance.now();
  const first = await replayWithBar(program, options, place, "with a kill");
  ends.push(first);
  if (options.killAt !== "none") {
    if (!first.killed) throw new Error("the replay was to be killed, and came to its end");
    const recoveryStartedAt = performance.now();
    await recover(options, place);
    recoveryMs = performance.now() - recoveryStartedAt;
    ends.push(await replayWithBar(program, options, place, "to the end"));
  }
  const replayMs = performance.now() - replayStartedAt - recoveryMs;
  say(`All ${options.days} days are committed.`);

  say("", "The proof, with hyparquet over the published files; no call of crv:");
  const proofStartedAt = performance.now();
  const proof = await proveRun(place.directory, options.days);
  const proofMs = performance.now() - proofStartedAt;
  say(formatProof(proof));
  const failed = proof.checks.filter(({ ok }) => !ok);
  if (failed.length > 0) {
    say("", `NOT PROVED: ${failed.map(({ what, found }) => `${what}: ${found}`).join("; ")}`);
    return 1;
  }

  const processes = ends.flatMap(({ progress }) => progress ?? []);
  say("", formatSummary(processes, proof, { replayMs, recoveryMs, proofMs }));
  say("", "What to type next:", ...nextCommands(options, place));
  return 0;
}

function replayWithBar(
  program: string,
  { out, days, killAt, killDay }: Options,
  { runId }: RunPlace,
  mode: "with a kill" | "to the end",
): Promise<ReplayEnd> {
  const kills = mode === "with a kill" && killAt !== "none";
  const replay: ReplayOptions = {
    root: out,
    runId,
    endDay: days,
    ...(kills && { kill: { ...killAt, day: killDay - 1 } }),
  };
  // On a terminal only: elsewhere a bar is a line of noise per commit.
  const bar = new SingleBar({
    format: "  {bar} {value}/{total} days",
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
  });
  bar.start(days, 0);
  const onProgress = ({ day }: ReplayProgress) => bar.update(day + 1);
  return runReplay(program, replay, onProgress).finally(() => bar.stop());
}

async function recover({ out, killAt, killDay }: Options, { runId, directory }: RunPlace) {
  const point = killAt === "none" ? undefined : killAt;
  say(
    "",
    `The replay was killed (SIGKILL) in the commit of day ${killDay}, ${formatDay(killDay - 1)}`,
    ...(point ? [`at ${formatKillPoint(point)}: ${describeKillPoint(point)}.`] : []),
    ...describeWreck(await readPublishedRun(directory)),
    "Opening the run recovers it:",
  );
  await using run = await openRun({ root: out, runId, create: "never" });
  say(
    ...describeRecovery(run.recovered).map((line) => `  ${line}`),
    `The run is at version ${run.version}. To look at it: ${crvCommand(out, `show ${runId} --recovery`)}`,
    "",
    "A new process continues from the last committed day.",
  );
}

function nextCommands({ out }: Options, { runId }: RunPlace): string[] {
  return [
    `show ${runId} --recovery`,
    `log ${runId} --limit 5`,
    `scan ${runId} airport_balance --tick-min 0 --tick-max 0 --limit 10`,
    `scan ${runId} flights --filter '{"origin":{"eq":"SFO"}}' --columns minute,delay,destination --limit 5`,
  ].map((command) => `  ${crvCommand(out, command)}`);
}

function crvCommand(out: string, command: string): string {
  return `npm run -s crv -- ${out === "out" ? "" : `--root ${out} `}${command}`;
}

function say(...lines: readonly string[]): void {
  console.log(lines.join("\n"));
}
