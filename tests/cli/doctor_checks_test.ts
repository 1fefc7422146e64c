import assert from "node:assert/strict";
import { examine, runtimeCheck } from "../../src/cli/doctor_checks.ts";
import type { Program } from "../../src/cli/program.ts";
import { DAY, HOUR, MINUTE } from "../../src/core/account.ts";
import type { Check } from "../../src/core/check.ts";
import { backupName } from "../../src/cli/backup_files.ts";
import { DOWN } from "../support/scripted_twitch.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { OWL, signedIn, untilDue, type World, world, WREN } from "../support/world.ts";

interface Over {
  readonly port?: number;
  readonly lasts?: boolean;
  readonly backupDir?: string;
  readonly testedAt?: number;
}

async function examined(made: World, over: Over = {}): Promise<Check[]> {
  const { port = 8948, lasts = true, backupDir, testedAt } = over;
  const notifier = { hosts: ["ntfy.sh"], testedAt };
  const program = { ...made, notifier, config: { backupDir } } as unknown as Program;
  return [
    ...await examine(program, {
      redirectUri: () => "http://localhost:8948/callback",
      port: () => port,
      pages: () => [],
      lasts,
    }),
  ];
}

function find(checks: readonly Check[], name: string): Check | undefined {
  return checks.find(({ check }) => check === name);
}

Deno.test("examine() fails for a login that needs a sign-in and warns of one that is retried", async () => {
  const made = await world();
  const owl = await signedIn(made);
  const wren = await signedIn(made, WREN);
  assert.match(find(await examined(made), "accounts")?.text ?? "", /^2 of 2 logins connected/);
  made.twitch.disconnect(OWL);
  await made.refresher.one(owl, "person");
  await made.clock.advance(untilDue(made, wren));
  made.twitch.away = DOWN;
  await made.refresher.one(wren, "job");
  const checks = await examined(made);
  assert.match(find(checks, "accounts")?.text ?? "", /^0 of 2 logins connected/);
  assert.equal(find(checks, "account nightowl")?.state, "fail");
  assert.match(find(checks, "account nightowl")?.text ?? "", /needs a sign-in since 2026-/);
  assert.equal(find(checks, "account wren")?.state, "warn");
  assert.match(find(checks, "account wren")?.text ?? "", /its token still works/);
});

Deno.test("examine() says in a server when each token was last asked for, and nowhere else", async () => {
  const made = await world();
  const owl = await signedIn(made);
  await signedIn(made, WREN);
  owl.askedAt = made.clock.now() - 5 * MINUTE;
  const checks = await examined(made);
  assert.match(find(checks, "questions nightowl")?.text ?? "", /asked for 5 min ago/);
  owl.askedBy = "::ffff:192.168.1.20";
  const named = find(await examined(made), "questions nightowl")?.text;
  assert.equal(named, "Its token was last asked for by 192.168.1.20: 5 min ago.");
  assert.equal(find(checks, "questions wren")?.state, "warn");
  assert.equal(find(await examined(made, { lasts: false }), "questions wren"), undefined);
});

Deno.test("examine() names a disk that refuses writes and a redirect address that leads elsewhere", async () => {
  const made = await world();
  const owl = await signedIn(made);
  assert.equal(find(await examined(made), "database")?.state, "ok");
  assert.equal(find(await examined(made), "redirect")?.state, "ok");
  assert.equal(find(await examined(made, { port: 8950 }), "redirect")?.state, "warn");
  owl.saveAt = made.clock.now();
  assert.equal(find(await examined(made), "database")?.state, "fail");
});

Deno.test("examine() holds no id and no token", async () => {
  const made = await world();
  const owl = await signedIn(made);
  const text = JSON.stringify(await examined(made));
  const ids = made.roster.ids.of(owl).map(({ id }) => id.reveal());
  assert.equal(ids.length, 1);
  for (const secret of [...ids, owl.access?.reveal() ?? ""]) assert.ok(!text.includes(secret));
  assert.ok(text.includes("nightowl") || text.includes("1 of 1"));
});

Deno.test("runtimeCheck() fails only where a second arrival would end a login", () => {
  assert.equal(runtimeCheck(true, true).state, "ok");
  assert.equal(runtimeCheck(false, false).state, "warn");
  assert.equal(runtimeCheck(false, true).state, "fail");
});

Deno.test("examine() says in a server when Twitch was last asked whether a token is valid", async () => {
  const made = await world();
  const owl = await signedIn(made);
  const check = async (): Promise<Check | undefined> => find(await examined(made), "validation nightowl");
  await made.clock.advance(MINUTE);
  assert.equal((await check())?.text, "Twitch was asked about it 1 min ago.");
  owl.validation = { at: made.clock.now() - 3 * HOUR, answered: true };
  assert.equal((await check())?.state, "warn");
  owl.validation = { at: made.clock.now(), answered: false };
  assert.equal((await check())?.state, "warn");
});

Deno.test("examine() compares the newest backup with the newest sign-in", async () => {
  using directory = temporaryDirectory();
  const made = await world();
  await signedIn(made);
  const backupDir = directory.path;
  const check = async (): Promise<Check | undefined> => find(await examined(made, { backupDir }), "backup");
  assert.equal(find(await examined(made), "backup")?.state, "warn");
  assert.match((await check())?.text ?? "", /^No backup lies in /);
  await Deno.writeTextFile(`${backupDir}/${backupName(made.clock.now() - DAY)}`, "");
  assert.match((await check())?.text ?? "", /older than the newest sign-in/);
  await made.clock.advance(2 * HOUR);
  await Deno.writeTextFile(`${backupDir}/${backupName(made.clock.now())}`, "");
  assert.equal((await check())?.state, "ok");
});

Deno.test("examine() says when a test notice was taken", async () => {
  const made = await world();
  assert.match(find(await examined(made), "notices")?.text ?? "", /--test-notice tries it/);
  const testedAt = made.clock.now() - 3 * DAY;
  assert.match(find(await examined(made, { testedAt }), "notices")?.text ?? "", /taken 3 days ago/);
});
