import assert from "node:assert/strict";
import { parseConfig } from "../../src/cli/config.ts";
import { doctorDesk, doctorOperations } from "../../src/cli/doctor_desk.ts";
import type { Program } from "../../src/cli/program.ts";
import type { Host } from "../../src/cli/sign_in_operations.ts";
import { MINUTE } from "../../src/core/account.ts";
import { verdictOf } from "../../src/core/show.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { PUBLIC, signedIn, type World, world } from "../support/world.ts";

const HOST: Host = {
  redirectUri: () => "http://localhost:8948/callback",
  port: () => 8948,
  pages: () => [],
  lasts: true,
};

function programOf(made: World, dataDir: string): Program {
  const env = { TOKEN_SERVER_DATA_DIR: dataDir };
  const config = parseConfig({ flags: {}, env, stored: {}, exists: () => false, readFile: () => "" });
  const notifier = { hosts: ["ntfy.sh"], testedAt: made.clock.now() };
  return { ...made, notifier, config, hostNames: { all: () => [] } } as unknown as Program;
}

/** Twitch as it answers somebody without a token, by the clock of this world. */
function twitchOf({ clock }: World): typeof fetch {
  return (() => {
    const headers = { "content-type": "application/json", date: new Date(clock.now()).toUTCString() };
    return Promise.resolve(new Response("{}", { status: 401, headers }));
  }) as typeof fetch;
}

function findings(lines: readonly { subject: string; finding: string }[]): readonly string[] {
  return lines.map(({ subject, finding }) => `${subject} ${finding}`);
}

Deno.test("readyForShow() renews, asks Twitch for the time and writes only when it is to prove", async () => {
  using directory = temporaryDirectory();
  const made = await world();
  const owl = await signedIn(made);
  owl.askedAt = made.clock.now();
  const desk = doctorDesk(programOf(made, directory.path), HOST, twitchOf(made));
  const before = owl.account.generation;
  const quick = await desk.readyForShow(false);
  assert.equal(owl.account.generation, before);
  assert.deepEqual(findings(quick).filter((one) => /untried|unknown/.test(one)), [
    "renewal untried",
    "clock unknown",
    "disk unknown",
  ]);
  assert.equal(verdictOf(quick).state, "open");
  const proven = await desk.readyForShow(true);
  assert.equal(owl.account.generation, before + 1);
  assert.deepEqual(findings(proven), [
    "renewal renewed",
    "token good",
    "permissions own",
    "asked lately",
    "clock right",
    "disk good",
    "backup none",
    "notice tested",
  ]);
  assert.deepEqual(verdictOf(proven), { state: "remarks", count: 1 });
});

Deno.test("readyForShow() spends nothing of an app without a secret, and says when Twitch is silent", async () => {
  using directory = temporaryDirectory();
  const made = await world(PUBLIC);
  const owl = await signedIn(made);
  const before = owl.account.generation;
  const silent = (() => Promise.reject(new TypeError("dns error"))) as typeof fetch;
  const lines = await doctorDesk(programOf(made, directory.path), HOST, silent).readyForShow(true);
  assert.equal(owl.account.generation, before);
  assert.ok(findings(lines).includes("renewal spared"));
  assert.ok(findings(lines).includes("clock silence"));
  assert.equal(verdictOf(lines).state, "todo");
});

Deno.test("inUse() names who was asked for lately", async () => {
  using directory = temporaryDirectory();
  const made = await world();
  const owl = await signedIn(made);
  const operations = doctorOperations(programOf(made, directory.path), HOST, twitchOf(made));
  assert.deepEqual(await operations.inUse({}), []);
  owl.askedAt = made.clock.now() - MINUTE;
  assert.deepEqual(await operations.inUse({}), [{ alias: "nightowl", askedAt: owl.askedAt }]);
});
