import assert from "node:assert/strict";
import { HOUR, MINUTE, SECOND } from "../../src/core/account.ts";
import { Secret } from "../../src/core/secret.ts";
import { house } from "./house.ts";
import { beginDevice, read } from "./sign_in_steps.ts";
import { BAD_APP } from "../support/scripted_twitch.ts";
import { OWL, SCOPES, signedIn } from "../support/world.ts";

Deno.test("GET /connect/device/<ref> shows code, link, picture and end, and goes on by itself", async () => {
  const home = await house();
  const path = await beginDevice(home);
  const answer = await home.ask(path);
  const page = await answer.clone().text();
  assert.match(page, /<noscript><meta http-equiv="refresh" content="5"/);
  assert.match(page, new RegExp(`data-stream="/live/device/${path.split("/").at(-1)}`));
  assert.match(page, /href="https:\/\/www\.twitch\.test\/activate\?device-code=JLLKTXWJ"/);
  assert.match(page, /<svg class="qr"[^>]+role="img"/);
  const end = home.world.clock.now() + 30 * MINUTE;
  assert.match(
    page,
    new RegExp(`aria-hidden="true" data-until="${end}" data-now="${home.world.clock.now()}"`),
  );
  assert.doesNotMatch(page, /device-\d/);
  assert.match(await read(answer), /JLLKTXWJ[^]*The code is good until/);
  home.world.twitch.approveDevice(OWL, "app-1", SCOPES);
  await home.world.clock.advance(5 * SECOND);
  const done = await home.ask(path);
  assert.deepEqual([done.status, done.headers.get("location")], [303, "/accounts/nightowl?new=1"]);
});

Deno.test("GET /live/device/<ref> tells the page when somebody has entered the code", async () => {
  const home = await house();
  const path = await beginDevice(home);
  const [, stream = ""] = /data-stream="([^"]+)"/.exec(await (await home.ask(path)).text()) ?? [];
  const answer = await home.ask(stream.replaceAll("&amp;", "&"));
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  assert.doesNotMatch((await reader?.read())?.value ?? "", /event: reload/);
  home.world.twitch.approveDevice(OWL, "app-1", SCOPES);
  const next = reader?.read();
  await home.world.clock.advance(10 * SECOND);
  assert.match((await next)?.value ?? "", /event: reload/);
  await reader?.cancel();
});

Deno.test("a code that has lapsed is renewed by one click on the same page, with all that was chosen", async () => {
  const home = await house();
  const login = await signedIn(home.world, OWL, { scopes: ["bits:read"] });
  const path = await beginDevice(home, { for: "nightowl", sent_to: "Anna", label: "Main" });
  await home.world.clock.advance(45 * MINUTE);
  const lapsed = await home.ask(path);
  assert.equal(lapsed.status, 200);
  const page = await lapsed.clone().text();
  assert.doesNotMatch(page, /http-equiv="refresh"/);
  assert.match(await read(lapsed), /not entered in time[^]*goes on as it was[^]*Get a new code/);
  assert.equal((await home.send(`${path}/again`, {})).headers.get("location"), path);
  const words = await read(await home.ask(path));
  assert.match(words, /as nightowl[^]*Hello Anna[^]*What changes/);
  await home.world.clock.advance(5 * HOUR);
  await home.send(`${path}/again`, {});
  home.world.twitch.approveDevice(OWL, "app-1", SCOPES);
  await home.world.clock.advance(5 * SECOND);
  assert.equal((await home.ask(path)).headers.get("location"), "/accounts/nightowl?new=1");
  assert.equal(home.world.roster.all().length, 1);
  assert.equal(login.account.label, "Main");
});

Deno.test("a code that Twitch ends says why, in German too", async () => {
  const home = await house();
  const path = await beginDevice(home);
  home.world.twitch.next("pollDevice", BAD_APP);
  await home.world.clock.advance(5 * SECOND);
  const german = await read(await home.ask(path, { headers: { "accept-language": "de-AT" } }));
  assert.match(
    german,
    /Dieser Code gilt nicht mehr[^]*Twitch nimmt Client-ID oder Client-Secret der App nicht an/,
  );
});

Deno.test("GET /connect/device/<ref> of a link or of nothing is over", async () => {
  const home = await house();
  assert.equal((await home.ask("/connect/device/unknown")).status, 410);
  const link = await home.send("/connect", { way: "paste", preset: "companion-3" });
  const path = (link.headers.get("location") ?? "").replace("/link/", "/device/");
  assert.equal((await home.ask(path)).status, 410);
});

Deno.test("a device code's address that is no link is shown as text", async () => {
  const home = await house();
  home.world.twitch.next("beginDevice", {
    kind: "started",
    deviceCode: new Secret("device-x"),
    userCode: "ABC",
    verificationUri: "javascript:alert(1)",
    expiresIn: MINUTE,
    interval: 5 * SECOND,
  });
  const page = await (await home.ask(await beginDevice(home))).text();
  assert.doesNotMatch(page, /href="javascript/);
  assert.match(page, /javascript:alert/);
  await home.world.connector.close();
});

Deno.test("the message for the client has link, code, account and permissions", async () => {
  const home = await house();
  const path = await beginDevice(home, { preset: "own", scope: "channel:read:stream_key" });
  const words = await read(await home.ask(`${path}?message=de`));
  assert.match(words, /Hallo, [^]*activate\?device-code=JLLKTXWJ[^]*Code JLLKTXWJ[^]*Client-ID ist app-1/);
  assert.match(words, /- Vorsicht: den Stream-Schlüssel lesen/);
  await home.world.connector.close();
});
