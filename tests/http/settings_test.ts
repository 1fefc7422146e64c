import assert from "node:assert/strict";
import { EVENTS_OF_LOG } from "../../src/core/event_kinds.ts";
import { RecentEvents } from "../../src/core/events.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { fromLan, house, PASSWORD, signedInCookie } from "./house.ts";

const GERMAN = { headers: { "accept-language": "de" } };

Deno.test("GET /settings leads to every page and says how each stands", async () => {
  const home = await house();
  const page = await (await home.ask("/settings")).text();
  const hrefs = ["app", "notices", "backup", "names", "password", "sessions", "events"].map((one) =>
    `/settings/${one}`
  );
  for (const href of [...hrefs, "/start/companion"]) {
    assert.ok(page.includes(`<a href="${href}">`), href);
    assert.equal((await home.ask(href)).status, 200, href);
  }
  assert.match(page, /nobody is told/);
  assert.match(page, /1 browser</);
  assert.match(await (await home.ask("/settings", GERMAN)).text(), /<h1>Einstellungen<\/h1>/);
});

Deno.test("/settings/names allows what was refused, removes it, and nothing else", async () => {
  const home = await house();
  await home.ask("/", { host: "evil.example:8948", stranger: true });
  assert.match(await (await home.ask("/settings/names")).text(), /<code>evil\.example<\/code>/);
  const other = await home.send("/settings/names/allow", { name: "other.example" });
  assert.equal(other.status, 404);
  const allowed = await home.send("/settings/names/allow", { name: "evil.example" });
  assert.equal(allowed.headers.get("location"), "/settings/names?done=allowed");
  assert.deepEqual(home.settings.allowedNames, ["evil.example"]);
  const page = await (await home.ask("/settings/names?done=allowed")).text();
  assert.match(page, /The name is allowed now\./);
  assert.match(page, /aria-label="Remove evil\.example"/);
  assert.equal((await home.send("/settings/names/remove", { name: "evil.example" })).status, 303);
  assert.deepEqual(home.settings.allowedNames, []);
});

Deno.test("/settings/names does not remove the name under which somebody is here", async () => {
  const home = await house();
  home.settings.allowedNames.push("pi.lan");
  const how = { host: "pi.lan:8948" };
  assert.match(await (await home.ask("/settings/names", how)).text(), /You are here under this name/);
  assert.equal((await home.send("/settings/names/remove", { name: "pi.lan" }, how)).status, 400);
  assert.deepEqual(home.settings.allowedNames, ["pi.lan"]);
});

Deno.test("POST /settings/password changes it and signs the other browsers out", async () => {
  const home = await house();
  await home.ask("/");
  await signedInCookie(home.world);
  assert.equal(home.world.owner.sessions().length, 2);
  const fresh = "another horse battery";
  const wrong = await home.send("/settings/password", { old_password: "not that one", new_password: fresh });
  assert.equal(wrong.status, 403);
  assert.match(await wrong.text(), /id="old_password"[^>]*aria-invalid="true"/);
  const short = await home.send("/settings/password", { old_password: PASSWORD, new_password: "short" });
  assert.equal(short.status, 400);
  assert.match(await short.text(), /id="new_password"[^>]*aria-invalid="true"/);
  const done = await home.send("/settings/password", { old_password: PASSWORD, new_password: fresh });
  assert.equal(done.headers.get("location"), "/settings/password?done=changed");
  assert.equal(home.world.owner.sessions().length, 1);
  assert.match(await (await home.ask("/settings/password?done=changed")).text(), /is changed/);
});

Deno.test("/settings/sessions lists the browsers with nothing that lets anybody in, and signs one out", async () => {
  const home = await house();
  await home.ask("/");
  const other = await signedInCookie(home.world);
  const page = await (await home.ask("/settings/sessions")).text();
  assert.equal(page.match(/Unknown browser/g)?.length, 4);
  assert.equal(page.match(/this browser/g)?.length, 1);
  assert.ok(!page.includes(other.split("=")[1] ?? "?"));
  const refs = [...page.matchAll(/name="ref" value="([^"]+)"/g)].map(([, ref]) => ref ?? "");
  const mine = /this browser[\s\S]*?name="ref" value="([^"]+)"/.exec(page)?.[1] ?? "";
  const theirs = refs.find((ref) => ref !== mine) ?? "";
  const ended = await home.send("/settings/sessions/end", { ref: theirs });
  assert.equal(ended.headers.get("location"), "/settings/sessions?done=ended");
  assert.equal(home.world.owner.sessions().length, 1);
  const self = await home.send("/settings/sessions/end", { ref: mine });
  assert.equal(self.headers.get("location"), "/sign-in?done=out");
  assert.equal((await home.ask("/settings/sessions")).status, 303);
});

Deno.test("/settings/events says every kind of event in English and in German, with nothing left open", async () => {
  const home = await house();
  const events = new RecentEvents(new FakeClock());
  const fields = {
    ...{
      from: "192.168.1.20",
      browser: "Firefox, Windows",
      account: "owl",
      expected: "wren",
      reason: "timeout",
    },
    ...{ host: "ntfy.sh", hosts: "ntfy.sh", accounts: 2, message: "gone", on: true, name: "x.example" },
    seconds: 90,
  };
  const kinds = new Set([...EVENTS_OF_LOG].map(([line, { kind }]) => {
    events.note(line, fields);
    return kind;
  }));
  home.settings.recent = events.all();
  assert.deepEqual(new Set(events.all().map(({ kind }) => kind)), kinds);
  for (const how of [{}, GERMAN]) {
    const page = await (await home.ask("/settings/events", how)).text();
    const items = [...page.matchAll(/<time[^>]*>[^<]*<\/time>([\s\S]*?)<\/li>/g)].map(([, text]) =>
      text ?? ""
    );
    assert.equal(items.length, events.all().length);
    for (const text of items) assert.doesNotMatch(text, /\{\w+\}|events\./);
  }
});

Deno.test("/settings/events shows what an attacker has chosen as text", async () => {
  const home = await house();
  home.settings.recent = [{ at: 0, kind: "host_refused", facts: { name: "<script>x</script>" }, times: 3 }];
  const page = await (await home.ask("/settings/events", fromLan())).text();
  assert.ok(page.includes("&lt;script&gt;x"));
  assert.ok(page.includes("(3 times)"));
  assert.ok(!page.includes("<script>x"));
});
