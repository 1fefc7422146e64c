/**
 * Applies each mutation to a copy of the repository, one at a time, and runs the unit tests of core and of the Twitch
 * client there, or those that it names: they must fail. Ends with 1 if fewer than nine of ten that are no equivalents
 * were noticed. Arguments: parts of names or of files, to run only those.
 */
import { mutated, type Mutation } from "./mutation.ts";
import { MUTATIONS } from "./mutations.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const COPIED = ["src", "tests", "deno.json", "deno.lock"];
const TESTS = ["tests/core", "tests/twitch"];
/** A test that turns in circles has noticed too. */
const LONGEST = 120_000;
const LANES = 2;
const ENOUGH = 0.9;

type Verdict = "killed" | "survived" | "equivalent";

async function copy(from: string, to: string): Promise<void> {
  if ((await Deno.stat(from)).isFile) return await Deno.copyFile(from, to);
  await Deno.mkdir(to);
  for await (const { name } of Deno.readDir(from)) await copy(`${from}/${name}`, `${to}/${name}`);
}

/** Whether the tests pass in the repository at `root`. */
async function testsPass(root: string, tests: readonly string[] = TESTS): Promise<boolean> {
  const options = ["--no-check", "--frozen", "--lock=tests/deno.lock", "--import-map=tests/import_map.json"];
  const rights = ["--no-prompt", "--allow-read", "--allow-write"];
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "--fail-fast", ...options, ...rights, ...tests],
    cwd: root,
    stdout: "null",
    stderr: "null",
  }).spawn();
  const end = setTimeout(() => child.kill("SIGKILL"), LONGEST);
  const { success } = await child.status;
  clearTimeout(end);
  return success;
}

async function judge(root: string, mutation: Mutation): Promise<Verdict> {
  const path = `${root}/${mutation.file}`;
  const text = await Deno.readTextFile(path);
  await Deno.writeTextFile(path, mutated(text, mutation));
  const passed = await testsPass(root, mutation.tests);
  await Deno.writeTextFile(path, text);
  if (!passed) return "killed";
  return mutation.equivalent === undefined ? "survived" : "equivalent";
}

async function lane(queue: Iterator<Mutation>, verdicts: Map<Mutation, Verdict>): Promise<void> {
  const root = await Deno.makeTempDir({ prefix: "companion-token-server-mutants-" });
  try {
    for (const name of COPIED) await copy(ROOT + name, `${root}/${name}`);
    // Tests that fail anyway would kill everything.
    if (!await testsPass(root)) throw new Error("Cannot judge mutations: the tests fail without any");
    for (let next = queue.next(); next.done !== true; next = queue.next()) {
      const verdict = await judge(root, next.value);
      verdicts.set(next.value, verdict);
      say(`${verdict.padEnd(10)} ${next.value.file}: ${next.value.name}`);
    }
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

async function main(names: readonly string[]): Promise<number> {
  const chosen = MUTATIONS.filter(({ name, file }) =>
    names.length === 0 || names.some((part) => name.includes(part) || file.includes(part))
  );
  const verdicts = new Map<Mutation, Verdict>();
  const queue = chosen.values();
  await Promise.all(Array.from({ length: LANES }, () => lane(queue, verdicts)));

  const having = (verdict: Verdict) => chosen.filter((mutation) => verdicts.get(mutation) === verdict);
  for (const { name, file } of having("survived")) say(`SURVIVED ${file}: ${name}`);
  for (const { name, equivalent } of having("equivalent")) say(`equivalent: ${name} (${equivalent})`);
  const killed = having("killed").length;
  const judged = killed + having("survived").length;
  const share = judged === 0 ? 0 : killed / judged;
  say(`${killed} of ${judged} killed (${(100 * share).toFixed(1)} %)`);
  return share >= ENOUGH ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
