/** What an operator reads and runs: the log under systemd, the numbers, and every command for looking beside the server. */
import assert from "node:assert/strict";
import { ask, playAll, type Scene, until } from "../support/scene.ts";
import { fault } from "../support/simulated_twitch/faults.ts";

const UNKNOWN = "0b5e2f6c-1111-4222-8333-944445555666";

Deno.test("under systemd each line of the log begins with its priority and leaves the time to journald", () =>
  playAll({ env: { JOURNAL_STREAM: "9:4711", TOKEN_SERVER_LOG_LEVEL: "debug" } }, async (scene) => {
    const server = await scene.serve();
    const { id } = await scene.signIn();
    await ask(server, id);
    await ask(server, UNKNOWN);
    const { stderr } = await server.stop();
    const lines = stderr.trim().split("\n");
    const priorities: Readonly<Record<string, string>> = { debug: "7", info: "6", warn: "4", error: "3" };
    for (const line of lines) {
      const [, priority, level = ""] = /^<(\d)>level=(\w+) event=/.exec(line) ?? [];
      assert.equal(priority, priorities[level], line);
      assert.ok(!line.includes("time=") && !line.includes("\x1b"), line);
    }
    assert.ok(lines.some((line) => line.startsWith('<4>level=warn event="unknown id asked for"')));
    assert.ok(lines.some((line) => line.startsWith("<6>level=info event=listening ")));
  }));

Deno.test("without systemd and without a terminal a line has its time and no colour, unless that is forced", () =>
  playAll({}, async (scene) => {
    const plain = await (await scene.serve()).stop();
    assert.match(plain.stderr, /^time=\S+Z level=info event=listening /m);
    assert.ok(!plain.stderr.includes("\x1b"));
    const forced = await (await scene.serve([], { env: { FORCE_COLOR: "1" } })).stop();
    assert.ok(forced.stderr.includes("\x1b["));
    const both = await (await scene.serve([], { env: { FORCE_COLOR: "1", NO_COLOR: "1" } })).stop();
    assert.ok(!both.stderr.includes("\x1b"));
  }));

Deno.test("a refresh is one line at info, and a question none", () =>
  playAll({ twitch: { accessTokenLife: 3 }, env: { TOKEN_SERVER_LOG_LEVEL: "info" } }, async (scene) => {
    const { sim } = scene;
    const server = await scene.serve();
    const { id, alias } = await scene.signIn();
    const linesOf = (): string[] => server.process.stderr.split("\n").filter((line) => line.includes(alias));
    const before = linesOf().length;
    const done = (): number => sim.counters.refreshes.get(1) ?? 0;
    await until(() => done() >= 3);
    for (let count = 0; count < 20; count++) await ask(server, id);
    await server.stop();
    const lines = linesOf().slice(before);
    assert.equal(lines.length, done());
    for (const line of lines) assert.match(line, /event="login refreshed" account=\S+ rotated=false$/);
  }));

async function numbers({ origin }: { origin: string }): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(`${origin}/metrics`)).text();
  const lines = text.split("\n").filter((line) => line.startsWith("token_server_"));
  return new Map(lines.map((line): [string, number] => {
    const at = line.lastIndexOf(" ");
    return [line.slice("token_server_".length, at), Number(line.slice(at + 1))];
  }));
}

Deno.test("GET /metrics tells what has happened, only where it is switched on", () =>
  playAll({ twitch: { accessTokenLife: 3 } }, async (scene) => {
    const off = await scene.serve();
    const page = await fetch(`${off.origin}/metrics`);
    assert.equal(page.status, 404);
    await page.body?.cancel();
    await off.stop();
    const server = await scene.serve(["--metrics"]);
    const { id, alias } = await scene.signIn();
    await ask(server, id);
    await ask(server, UNKNOWN);
    await until(async () => ((await numbers(server)).get(`refreshes_total{account="${alias}"}`) ?? 0) >= 2);
    scene.sim.faults.add({ endpoint: "token", when: "before", kind: fault.internalServerError });
    const failures = `refresh_failures_total{account="${alias}",reason="twitch_error"}`;
    await until(async () => (await numbers(server)).get(failures) === 1);
    const all = await numbers(server);
    assert.ok((all.get('questions_total{class="2xx"}') ?? 0) >= 1);
    assert.equal(all.get('questions_total{class="4xx"}'), 1);
    assert.ok(Math.abs((all.get("start_time_seconds") ?? 0) - Date.now() / 1000) < 60);
    assert.ok([...all.keys()].some((name) => name.startsWith('build_info{version="')));
    await server.stop();
  }));

/** Commands that look, with the exit status that a server that is well leads to. */
async function lookAround(scene: Scene, port: number): Promise<void> {
  await Deno.writeTextFile(`${scene.directory}/passphrase`, "four owls on a mast\n");
  const rows: readonly (readonly string[])[] = [
    ["version", "--json"],
    ["config", "--json"],
    ["accounts", "list", "--json"],
    ["doctor", "--json"],
    ["doctor", "--bundle", "bundle.json"],
    ["backup", "my.backup", "--passphrase-file", "passphrase", "--json"],
    ["healthcheck", "--port", String(port)],
  ];
  for (const words of rows) {
    const { code, stdout, stderr } = await scene.run(words);
    assert.equal(code, 0, `${words.join(" ")}: ${stdout}${stderr}`);
    if (words.includes("--json")) { for (const line of stdout.trim().split("\n")) JSON.parse(line); }
    assert.ok(!stdout.includes(scene.client.secret ?? "-"), words.join(" "));
  }
}

Deno.test("every command for looking works while the service runs, and disturbs nobody", () =>
  playAll({}, async (scene) => {
    const server = await scene.serve();
    const { id } = await scene.signIn();
    const { body } = await ask(server, id);
    await lookAround(scene, server.port);
    assert.equal((await ask(server, id)).body, body);
    const { code, stderr } = await server.stop();
    assert.equal(code, 0);
    assert.doesNotMatch(stderr, /level=(warn|error)/);
  }));
