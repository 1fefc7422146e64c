/** What a refresh writes to the card, what questions write, and what the program costs while nobody asks. */
import { start } from "./contender.ts";
import { programCompiled, programFromSource } from "./contenders.ts";
import { visit } from "./load.ts";
import { bytesWritten, cpuSeconds, memoryOf, needTools } from "./machine.ts";
import { serveQuickTwitch } from "./quick_twitch.ts";
import { atMost, type Result } from "./result.ts";
import { stock } from "./stock.ts";

const ACCOUNTS = 5;
const REFRESHES = 300;
const IDLE_SECONDS = 180;

/** Bytes from the kernel's accounting; syncs from strace, in a run of their own because it slows everything. */
export async function measureWear(): Promise<Result> {
  needTools("wrk", "taskset", "strace");
  const { bytes, count, questions } = await writes();
  const { syncs, refreshes } = await countSyncs();
  const perRefresh = bytes / count / 1024;
  return {
    title: "Wear of the card",
    columns: ["what", "measured"],
    rows: [
      ["refreshes, checkpoints of the database among them", String(count)],
      ["written for each refresh", `${perRefresh.toFixed(1)} KiB`],
      ["syncs for each refresh", (syncs / refreshes).toFixed(2)],
      ["written by 100,000 questions and more", `${(questions / 1024).toFixed(1)} KiB`],
    ],
    goals: [
      atMost("written for each refresh", perRefresh, 32, " KiB", 1),
      atMost("syncs for each refresh", syncs / refreshes, 3),
      atMost("written by questions", questions / 1024, 0, " KiB", 1),
    ],
    data: { bytes, count, questions, syncs, refreshes },
  };
}

/** Tokens live for seconds, and the job runs five times a second. */
const HURRY = { DENO_CRON_TEST_SCHEDULE_OFFSET: "200" };

async function writes(): Promise<{ bytes: number; count: number; questions: number }> {
  await using twitch = serveQuickTwitch();
  using calm = await stock(ACCOUNTS);
  let questions = 0;
  {
    await using running = await start(programFromSource(calm, twitch), calm.question);
    await until(() => twitch.asked.validate >= ACCOUNTS);
    const before = bytesWritten(running.pid);
    for (let asked = 0; asked < 100_000;) asked += (await visit(running, 2)).requests;
    questions = bytesWritten(running.pid) - before;
  }
  using busy = await stock(ACCOUNTS, Date.now() + 60_000);
  twitch.life = 2;
  const program = programFromSource(busy, twitch);
  await using running = await start({ ...program, env: { ...program.env, ...HURRY } }, busy.question);
  await until(() => twitch.asked.refresh >= ACCOUNTS);
  const [before, first] = [bytesWritten(running.pid), twitch.asked.refresh];
  await until(() => twitch.asked.refresh >= first + REFRESHES);
  return { bytes: bytesWritten(running.pid) - before, count: twitch.asked.refresh - first, questions };
}

async function countSyncs(): Promise<{ syncs: number; refreshes: number }> {
  await using twitch = serveQuickTwitch();
  using busy = await stock(ACCOUNTS, Date.now() + 60_000);
  twitch.life = 2;
  const program = programFromSource(busy, twitch);
  await using running = await start({ ...program, env: { ...program.env, ...HURRY } }, busy.question);
  await until(() => twitch.asked.refresh >= ACCOUNTS);
  const trace = await Deno.makeTempFile();
  const strace = new Deno.Command("strace", {
    args: ["-f", "-qq", "-e", "trace=fsync,fdatasync", "-o", trace, "-p", String(running.pid)],
    stderr: "null",
  }).spawn();
  await until(() => tracedBy(running.pid) > 0);
  const first = twitch.asked.refresh;
  await until(() => twitch.asked.refresh >= first + REFRESHES / 3);
  const refreshes = twitch.asked.refresh - first;
  const syncs =
    (await Deno.readTextFile(trace)).split("\n").filter((line) => /f(data)?sync\(/.test(line)).length;
  strace.kill("SIGINT");
  await strace.status;
  await Deno.remove(trace);
  return { syncs, refreshes };
}

function tracedBy(pid: number): number {
  return Number(/^TracerPid:\s+(\d+)/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1]);
}

/** CPU time while nobody asks, with five accounts. */
export async function measureIdle(): Promise<Result> {
  needTools("taskset");
  await using twitch = serveQuickTwitch();
  using here = await stock(ACCOUNTS);
  const contender = programCompiled(here, twitch) ?? programFromSource(here, twitch);
  await using running = await start(contender, here.question);
  await until(() => twitch.asked.validate >= ACCOUNTS);
  await pause(5000);
  const [before, wrote] = [cpuSeconds(running.pid), bytesWritten(running.pid)];
  await pause(IDLE_SECONDS * 1000);
  const share = (cpuSeconds(running.pid) - before) / IDLE_SECONDS * 100;
  const { resident, own } = memoryOf(running.pid);
  return {
    title: "Idle, five accounts",
    columns: ["what", "measured"],
    rows: [
      ["CPU", `${share.toFixed(4)} % of a core`],
      ["written", `${bytesWritten(running.pid) - wrote} bytes in ${IDLE_SECONDS} s`],
      ["memory", `${resident.toFixed(1)} MB, ${own.toFixed(1)} of them its own`],
    ],
    goals: [atMost("idle CPU", share, 0.1, " %", 4)],
    data: { share, seconds: IDLE_SECONDS, resident, own },
  };
}

/** Waits until it is so. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(20);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
