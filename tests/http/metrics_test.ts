import assert from "node:assert/strict";
import { DAY, SECOND } from "../../src/core/account.ts";
import { heardLog } from "../../src/core/events.ts";
import { Tally } from "../../src/core/tally.ts";
import type { MetricsDeps } from "../../src/http/metrics.ts";
import { leaksIn, printed } from "../support/leaks.ts";
import { signedIn, WREN } from "../support/world.ts";
import { AWAY } from "../support/scripted_twitch.ts";
import { around, assertLine, ended, fromLan, type House, house, idOf, tokenOf } from "./house.ts";

const UNKNOWN = "0b5e2f6c-1111-4222-8333-944445555666";
const NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
/** One line of the text format, version 0.0.4. */
const LINE = new RegExp(
  `^(# (HELP|TYPE) ${NAME} .+|${NAME}(\\{${NAME}="[^"\\n]*"(,${NAME}="[^"\\n]*")*\\})? (-?[\\d.e+]+|\\+Inf))$`,
);

/** A server that counts as the composition root makes it count. */
async function counting(over: Partial<MetricsDeps> = {}): Promise<House> {
  const { world } = await house();
  const tally = new Tally();
  Object.assign(world.deps, { log: heardLog(world.log, tally) });
  const metrics = {
    runtime: "2.9.6",
    startedAt: world.clock.now(),
    backups: () => "off" as const,
    ...over,
  };
  return around(world, { tally, metrics });
}

/** The samples by what stands before the value. */
async function samples(home: House): Promise<ReadonlyMap<string, string>> {
  const answer = await home.raw("/metrics", fromLan());
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  assert.equal(answer.headers.get("cache-control"), "no-store");
  const text = await answer.text();
  assert.ok(text.endsWith("\n"));
  const lines = text.trimEnd().split("\n");
  for (const line of lines) assert.match(line, LINE);
  const pairs = lines.filter((line) => !line.startsWith("#")).map((line): [string, string] => {
    const at = line.lastIndexOf(" ");
    return [line.slice(0, at), line.slice(at + 1)];
  });
  assert.equal(new Set(pairs.map(([name]) => name)).size, pairs.length, "no sample twice");
  return new Map(pairs);
}

async function value(home: House, name: string): Promise<string | undefined> {
  return (await samples(home)).get(`token_server_${name}`);
}

Deno.test("GET /metrics is no page unless it is switched on", async () => {
  const home = await house();
  await assertLine(await home.raw("/metrics", fromLan()), 404);
});

Deno.test("GET /metrics tells versions, start and state of a server without accounts", async () => {
  const home = await counting();
  const all = await samples(home);
  assert.equal(all.get('token_server_build_info{version="1.2.3",deno="2.9.6"}'), "1");
  assert.equal(all.get("token_server_start_time_seconds"), String(home.world.clock.now() / SECOND));
  assert.equal(all.get('token_server_state{state="ok"}'), "1");
  assert.equal(all.get('token_server_logins{health="connected"}'), "0");
  assert.equal(all.has("token_server_backup_age_seconds"), false);
  home.health = { status: "locked" };
  assert.equal(await value(home, 'state{state="locked"}'), "1");
  assert.equal(await value(home, 'state{state="ok"}'), "0");
});

Deno.test("GET /metrics counts the token questions by class, HEAD and /token.json among them", async () => {
  const home = await counting();
  const login = await signedIn(home.world);
  const id = idOf(home, login);
  for (let count = 0; count < 3; count++) await home.raw(`/token?id=${id}`, fromLan());
  await home.raw(`/?id=${id}`, fromLan({ method: "HEAD" }));
  await home.raw(`/token.json?id=${id}`, fromLan());
  await home.raw(`/token?id=${UNKNOWN}`, fromLan());
  await home.raw("/token", fromLan());
  await home.raw(`/token?id=${id}`, fromLan({ method: "POST" }));
  await home.raw(`/status?id=${id}`, fromLan());
  assert.equal(await value(home, 'questions_total{class="2xx"}'), "5");
  assert.equal(await value(home, 'questions_total{class="4xx"}'), "3");
  assert.equal(await value(home, 'questions_total{class="5xx"}'), "0");
});

Deno.test("a question is still answered at once, and counted before it is", async () => {
  const home = await counting();
  const login = await signedIn(home.world);
  const answer = home.raw(`/token?id=${idOf(home, login)}`, fromLan());
  assert.ok(answer instanceof Response);
  assert.equal(await value(home, 'questions_total{class="2xx"}'), "1");
});

Deno.test("GET /metrics tells health and life of each login by alias", async () => {
  const home = await counting();
  const owl = await signedIn(home.world);
  const wren = await signedIn(home.world, WREN);
  await ended(home, wren);
  const all = await samples(home);
  const life = (owl.account.expiresAt ?? 0) - home.world.clock.now();
  assert.equal(all.get('token_server_token_life_seconds{account="nightowl"}'), String(life / SECOND));
  assert.equal(all.get('token_server_token_life_seconds{account="wren"}'), "0");
  assert.equal(all.get('token_server_login_health{account="wren",health="needs_login"}'), "1");
  assert.equal(all.get('token_server_login_health{account="wren",health="connected"}'), "0");
  assert.equal(all.get('token_server_logins{health="connected"}'), "1");
  assert.equal(all.get('token_server_logins{health="needs_login"}'), "1");
});

Deno.test("GET /metrics says nothing of a life that Twitch told no end of", async () => {
  const home = await counting();
  home.world.twitch.life = () => Number.POSITIVE_INFINITY;
  await signedIn(home.world);
  assert.equal(await value(home, 'token_life_seconds{account="nightowl"}'), undefined);
  assert.equal(await value(home, 'login_health{account="nightowl",health="connected"}'), "1");
});

Deno.test("GET /metrics counts refreshes, and failures by reason, until the account is removed", async () => {
  const home = await counting();
  const { refresher, twitch } = home.world;
  const login = await signedIn(home.world);
  await refresher.one(login, "person");
  assert.equal(await value(home, 'refreshes_total{account="nightowl"}'), "1");
  twitch.away = AWAY;
  await refresher.one(login, "person");
  assert.equal(await value(home, 'refreshes_total{account="nightowl"}'), "1");
  assert.equal(await value(home, 'refresh_failures_total{account="nightowl",reason="unreachable"}'), "1");
  home.world.deps.log.info("account removed", { account: "nightowl" });
  assert.equal(await value(home, 'refreshes_total{account="nightowl"}'), "0");
});

Deno.test("GET /metrics counts what the relay has answered", async () => {
  const home = await counting();
  const login = await signedIn(home.world);
  await home.raw(`/as/${idOf(home, login)}/helix/users`, fromLan());
  const all = await samples(home);
  const relayed = [...all].filter(([name]) => name.startsWith("token_server_relay_requests_total"));
  assert.equal(relayed.length, 1);
  assert.match(relayed.join(), /\{account="nightowl",class="[245]xx"\},1/);
});

Deno.test("GET /metrics tells the age of the newest backup, +Inf where there is none", async () => {
  const made: number[] = [];
  const home = await counting({ backups: () => made });
  assert.equal(await value(home, "backup_age_seconds"), "+Inf");
  const now = home.world.clock.now();
  made.push(now - 3 * DAY, now - DAY, now - 2 * DAY);
  assert.equal(await value(home, "backup_age_seconds"), "86400");
  made.push(now + DAY);
  assert.equal(await value(home, "backup_age_seconds"), "0");
});

Deno.test("/metrics obeys the Host rule, HEAD answers like GET, and other methods are 405", async () => {
  const home = await counting();
  await assertLine(await home.raw("/metrics", { host: "evil.example" }), 421);
  await assertLine(await home.raw("/metrics", fromLan({ method: "POST" })), 405);
  const head = await home.raw("/metrics", fromLan({ method: "HEAD" }));
  assert.deepEqual([head.status, await head.text()], [200, ""]);
  assert.ok(Number(head.headers.get("content-length")) > 500);
});

Deno.test("/metrics with an id in its query is no token question", async () => {
  const home = await counting();
  const login = await signedIn(home.world);
  const answer = await home.raw(`/metrics?id=${idOf(home, login)}`, fromLan());
  const text = await answer.text();
  assert.match(text, /^# HELP/);
  assert.ok(!text.includes(tokenOf(login)));
});

Deno.test("/metrics holds no secret and no id", async () => {
  const home = await counting();
  const login = await signedIn(home.world);
  const id = idOf(home, login);
  await home.raw(`/token?id=${id}`, fromLan());
  const text = await (await home.raw("/metrics", fromLan())).text();
  const secrets = [id, tokenOf(login), "app-secret"];
  assert.deepEqual(leaksIn([printed("metrics", text)], secrets), []);
  assert.equal(leaksIn([printed("metrics", text + btoa(`x${id}`))], secrets).length > 0, true);
});

Deno.test("an alias cannot break out of its label", async () => {
  const home = await counting();
  const login = await signedIn(home.world);
  login.account = { ...login.account, alias: 'a"} 1\n\\x' };
  const text = await (await home.raw("/metrics", fromLan())).text();
  assert.ok(text.includes('token_server_refreshes_total{account="a\\"} 1\\n\\\\x"} 0\n'));
});

Deno.test("the alert rules ask for numbers that there are", async () => {
  const home = await counting({ backups: () => [] });
  const login = await signedIn(home.world);
  await home.raw(`/as/${idOf(home, login)}/helix/users`, fromLan());
  const names = new Set([...await samples(home)].map(([name]) => name.replace(/\{.*/s, "")));
  const rules = await Deno.readTextFile(new URL("../../.github/alerts.yml", import.meta.url));
  const asked = new Set(rules.match(/\btoken_server_\w+/g));
  assert.ok(asked.size >= 6);
  for (const name of asked) assert.ok(names.has(name), name);
  for (const alert of rules.split("- alert: ").slice(1)) {
    assert.match(
      alert,
      /^\w+\n {8}expr: .+\n(?: {8}for: \d+m\n)? {8}labels:\n {10}severity: (critical|warning)\n/,
    );
  }
});
