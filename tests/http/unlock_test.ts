import assert from "node:assert/strict";
import { fromLan, type House, house, type How, idOf } from "./house.ts";
import { textIn } from "./page_text.ts";
import { signedIn } from "../support/world.ts";

async function lockedHouse(passphrase: string | undefined): Promise<House> {
  const made = await house(undefined, { trustedProxies: [HTTPS.peer ?? ""] });
  await made.ask("/");
  made.world.vault.locked = "The passphrase is needed: run key unlock";
  made.settings.passphrase = passphrase;
  return made;
}

const HTTPS: How = {
  host: "token.example.org",
  peer: "192.168.1.5",
  headers: { "x-forwarded-proto": "https" },
};

Deno.test("GET / while locked has a field for the passphrase on this machine, and is not loaded again", async () => {
  const made = await lockedHouse("four words");
  const page = await (await made.ask("/")).text();
  assert.match(page, /<form method="post" action="\/unlock">/);
  assert.match(page, /type="password"/);
  assert.doesNotMatch(page, /http-equiv="refresh"/);
});

Deno.test("GET / while locked shows no field where it would cross the network in clear, and says where to go", async () => {
  const made = await lockedHouse("four words");
  for (
    const how of [
      fromLan(),
      { headers: { "x-forwarded-for": "192.168.1.9" } },
      { headers: { via: "1.1 proxy" } },
      { host: "192.168.1.20:8948" },
      { ...HTTPS, headers: {} },
    ]
  ) {
    const page = await (await made.ask("/", how)).text();
    assert.doesNotMatch(page, /action="\/unlock"/);
    if (how.host !== "token.example.org") {
      assert.match(textIn(page), /run companion-token-server key unlock, or open/);
    }
  }
});

Deno.test("GET / while locked offers nothing to type where a key file is missing, or nothing is locked", async () => {
  const missing = await lockedHouse(undefined);
  assert.doesNotMatch(await (await missing.ask("/")).text(), /unlock"/);
  const open = await house();
  open.settings.passphrase = "four words";
  assert.doesNotMatch(await (await open.ask("/")).text(), /unlock"/);
});

Deno.test("POST /unlock opens with what opens, and shows what was wrong with anything else", async () => {
  const made = await lockedHouse("four words");
  const wrong = await made.send("/unlock", { secret: "five words" });
  assert.equal(wrong.status, 403);
  const page = await wrong.text();
  assert.match(textIn(page), /Cannot open the logins: it is not what opens them\./);
  assert.ok(!page.includes("five words"));
  const right = await made.send("/unlock", { secret: " four words " });
  assert.deepEqual([right.status, right.headers.get("location")], [303, "/?done=unlocked"]);
  assert.deepEqual(made.settings.unlocked, [["five words", "127.0.0.1"], ["four words", "127.0.0.1"]]);
});

Deno.test("POST /unlock is refused from elsewhere and without a session, and nobody looks at what was typed", async () => {
  const made = await lockedHouse("four words");
  const far = await made.send("/unlock", { secret: "four words" }, fromLan());
  assert.equal(far.status, 400);
  assert.match(textIn(await far.text()), /cross the network in clear/);
  const stranger = await made.send("/unlock", { secret: "four words" }, { stranger: true });
  assert.equal(stranger.status, 403);
  assert.deepEqual(made.settings.unlocked, []);
});

Deno.test("a token question while locked is a 503, whatever opens the logins", async () => {
  const made = await house();
  const login = await signedIn(made.world);
  const id = idOf(made, login);
  login.access = undefined;
  made.world.roster.touch(login);
  made.world.vault.locked = "The passphrase is needed";
  const answer = await made.raw(`/token?id=${id}`);
  assert.equal(answer.status, 503);
  assert.equal(answer.headers.get("retry-after"), "5");
});
