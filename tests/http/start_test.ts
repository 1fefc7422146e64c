import assert from "node:assert/strict";
import { CONFIDENTIAL, signedIn, world } from "../support/world.ts";
import { around, type House, house } from "./house.ts";

async function fresh(): Promise<House> {
  const made = await world();
  await made.roster.useApp(undefined);
  return around(made);
}

async function whereTo(home: House, path: string): Promise<string | null> {
  return (await home.ask(path)).headers.get("location");
}

Deno.test("GET /start leads to the first step that is neither done nor put off, and at the end to the summary", async () => {
  const home = await fresh();
  assert.equal(await whereTo(home, "/start"), "/start/companion");
  const chosen = await home.send("/start/companion", { choice: "companion-4" });
  assert.deepEqual([chosen.status, chosen.headers.get("location")], [303, "/start/app"]);
  assert.equal(home.settings.chosen, "companion-4");
  const later = await home.send("/start/later", { step: "app" });
  assert.deepEqual([later.status, later.headers.get("location")], [303, "/start/account"]);
  assert.equal(await whereTo(home, "/start"), "/start/account");

  await home.world.roster.useApp(CONFIDENTIAL);
  await signedIn(home.world);
  assert.equal(await whereTo(home, "/start"), "/start/notices");
  home.settings.addresses.push("https://ntfy.sh/a-topic-of-mine");
  home.settings.state = { keys: [{ kind: "passphrase", setAt: 0, inUse: true }], automatic: undefined };
  assert.equal(await whereTo(home, "/start"), "/start/done");
  assert.match(await (await home.ask("/start/done")).text(), /All set/);
});

Deno.test("GET /start?after= goes on behind a step, and comes back to what was left before it", async () => {
  const home = await house();
  assert.equal(await whereTo(home, "/start?after=app"), "/start/account");
  for (const step of ["account", "notices", "recovery"]) {
    home.settings.putOff = {
      steps: [...home.settings.putOff.steps, step as "account"],
      quiet: false,
    };
  }
  assert.equal(await whereTo(home, "/start?after=recovery"), "/start/companion");
});

Deno.test("every step of the wizard says how far it is, names all steps with their state, and can be put off by one click", async () => {
  const home = await fresh();
  home.settings.chosen = "companion-3";
  home.settings.putOff = { steps: ["notices"], quiet: false };
  const pages: readonly (readonly [path: string, progress: string, title: string])[] = [
    ["companion", "Step 1 of 5", "Which Companion do you have?"],
    ["app", "Step 2 of 5", "Your Twitch app"],
    ["account", "Step 3 of 5", "Sign in to Twitch"],
    ["notices", "Step 4 of 5", "How shall I reach you?"],
    ["recovery", "Step 5 of 5", "Download your recovery file"],
  ];
  for (const [path, progress, title] of pages) {
    const page = await (await home.ask(`/start/${path}`)).text();
    assert.ok(page.includes(progress), progress);
    assert.match(page, new RegExp(`<h1>${title.replace("?", "\\?")}</h1>`));
    assert.match(page, new RegExp(`href="/start/${path}" aria-current="step"`));
    assert.match(page, /Your Companion<span class="unseen">done/);
    assert.match(page, /Notices<span class="unseen">later/);
    const putsOff = path !== "companion";
    assert.equal(/action="\/start\/later"/.test(page), putsOff, path);
    assert.equal(page.includes(`href="/start?after=${path}"`), !putsOff, path);
  }
});

Deno.test("GET /start/account leads to the sign-in, or names who is connected, whatever they are called", async () => {
  const home = await house();
  assert.match(await (await home.ask("/start/account")).text(), /<a class="button" href="\/connect">/);
  await signedIn(home.world, undefined, { label: "<img src=x onerror=alert(1)>" });
  const page = await (await home.ask("/start/account")).text();
  assert.ok(page.includes("&lt;img src=x"));
  assert.ok(!page.includes("<img src=x"));
});

Deno.test("POST /start/recovery shows the code once with the download of the file", async () => {
  const home = await house();
  const made = await (await home.send("/start/recovery", {})).text();
  assert.ok(made.includes("0A1-B2C-D3E"));
  assert.match(made, /href="\/settings\/backup\/file\/a-backup" download/);
  assert.match(made, /Step 5 of 5/);
  assert.ok(!(await (await home.ask("/start/recovery")).text()).includes("0A1-B2C-D3E"));
});

Deno.test("POST /start/quiet and a step that there is not", async () => {
  const home = await house();
  assert.equal((await home.send("/start/later", { step: "nonsense" })).status, 400);
  assert.equal((await home.send("/start/companion", { choice: "nonsense" })).status, 400);
  assert.equal((await home.ask("/start/nonsense")).status, 404);
  assert.equal((await home.send("/start/quiet", {})).headers.get("location"), "/");
  assert.equal(home.settings.putOff.quiet, true);
});

Deno.test("the wizard speaks German to whoever asks for it", async () => {
  const home = await house();
  const page = await (await home.ask("/start/companion", { headers: { "accept-language": "de-CH" } })).text();
  assert.match(page, /Schritt 1 von 5/);
  assert.match(page, /<h1>Welches Companion hast du\?<\/h1>/);
  assert.match(page, /Später|später/);
});

Deno.test("the wizard and the settings are for those who are signed in", async () => {
  const home = await house();
  for (
    const path of ["/start", "/start/app", "/settings", "/settings/backup", "/settings/backup/file/a-backup"]
  ) {
    const answer = await home.ask(path, { stranger: true });
    assert.equal(answer.status, 303, path);
    assert.match(answer.headers.get("location") ?? "", /^\/sign-in/);
  }
});
