import assert from "node:assert/strict";
import { house } from "./house.ts";

const HOOK = "https://discord.com/api/webhooks/1/very-secret-part";

for (const place of ["start", "settings"]) {
  Deno.test(`/${place}/notices takes the topic that it shows, and an address of which only the host is shown again`, async () => {
    const home = await house();
    const empty = await (await home.ask(`/${place}/notices`)).text();
    const topic = /name="topic" value="([^"]+)"/.exec(empty)?.[1] ?? "";
    assert.match(empty, new RegExp(`<code[^>]*>${topic}</code>`));
    assert.match(empty, /Nobody yet\./);
    const added = await home.send(`/${place}/notices/ntfy`, { topic });
    assert.equal(added.headers.get("location"), `/${place}/notices?done=added`);
    assert.equal((await home.send(`/${place}/notices/address`, { address: ` ${HOOK} ` })).status, 303);
    assert.deepEqual(home.settings.addresses, [`https://ntfy.sh/${topic}`, HOOK]);
    const page = await (await home.ask(`/${place}/notices?done=added`)).text();
    assert.match(page, /discord\.com is told from now on/);
    assert.ok(!page.includes("very-secret-part"));
    const removed = await home.send(`/${place}/notices/remove`, { place: "0", host: "ntfy.sh" });
    assert.equal(removed.headers.get("location"), `/${place}/notices?done=removed`);
    assert.deepEqual(home.settings.addresses, [HOOK]);
  });
}

Deno.test("POST /settings/notices/address says at the field what is no address, and does not repeat it", async () => {
  const home = await house();
  for (const address of ["", "my-secret-webhook"]) {
    const answer = await home.send("/settings/notices/address", { address });
    assert.equal(answer.status, 400);
    const page = await answer.text();
    assert.match(page, /it is no single web address\. Copy the whole address/);
    assert.match(page, /id="address"[^>]*aria-invalid="true"/);
    assert.ok(!page.includes("my-secret-webhook"));
  }
  const german = { headers: { "accept-language": "de" } };
  const answer = await home.send("/settings/notices/address", { address: "x" }, german);
  assert.match(await answer.text(), /Kopiere die ganze Adresse/);
  assert.deepEqual(home.settings.addresses, []);
});

Deno.test("POST /settings/notices/ntfy takes a topic and nothing that leads elsewhere", async () => {
  const home = await house();
  for (const topic of ["", "short", "../../x/y/z/aaaa", "a".repeat(65), "companion?token=1"]) {
    assert.equal((await home.send("/settings/notices/ntfy", { topic })).status, 400, topic);
  }
  assert.deepEqual(home.settings.addresses, []);
});

Deno.test("POST /settings/notices/test says of each host whether it has taken the message, or why not", async () => {
  const home = await house();
  home.settings.addresses.push(HOOK);
  home.settings.tests = [
    { host: "ntfy.sh", worked: true, reason: null },
    { host: "discord.com", worked: false, reason: "refuses the message (404)" },
  ];
  const page = await (await home.send("/settings/notices/test", {})).text();
  assert.match(page, /ntfy\.sh has taken the message\./);
  assert.match(page, /discord\.com refuses the message \(404\)\./);
  assert.match(page, /enter it anew/);
  const german = { headers: { "accept-language": "de" } };
  const deutsch = await (await home.send("/settings/notices/test", {}, german)).text();
  assert.match(deutsch, /discord\.com lehnt die Nachricht ab \(404\)\./);
});

Deno.test("/settings/notices offers no change where flag or environment name the addresses", async () => {
  const home = await house();
  home.settings.addresses.push(HOOK);
  home.settings.noticesFixed = true;
  const page = await (await home.ask("/settings/notices")).text();
  assert.match(page, /TOKEN_SERVER_NOTICE_URL/);
  assert.match(page, /action="\/settings\/notices\/test"/);
  for (const path of ["ntfy", "address", "remove"]) assert.ok(!page.includes(`/settings/notices/${path}"`));
});
