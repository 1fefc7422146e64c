import assert from "node:assert/strict";
import { fail, ok, warn } from "../../src/core/check.ts";
import { FakeDoctor } from "../support/fake_doctor.ts";
import { house } from "./house.ts";

const EVIL = `"><script>alert('x')</script>`;

function doctorWith(checks: FakeDoctor["checks"]): FakeDoctor {
  return Object.assign(new FakeDoctor(), { checks });
}

Deno.test("GET /doctor shows what can be seen at once, POST looks at everything", async () => {
  const doctor = doctorWith([ok("clock", "The clock agrees with Twitch's within a minute.")]);
  const pages = await house(undefined, { doctor });
  const quick = await pages.ask("/doctor");
  assert.equal(quick.status, 200);
  assert.match(await quick.text(), /All is well[\s\S]*Network, clock and disk come with the button/);
  assert.equal(doctor.asked, 0);
  const full = await pages.send("/doctor", {});
  assert.doesNotMatch(await full.text(), /come with the button/);
  assert.equal(doctor.asked, 1);
});

Deno.test("GET /doctor puts what is wrong first and escapes what it says", async () => {
  const doctor = doctorWith([
    ok("key", "The key opens the logins."),
    warn("questions night-owl", EVIL, "Enter the address with this account's id in Companion"),
    fail("dns", "The name id.twitch.tv is not found.", "Check the Internet connection of this machine"),
  ]);
  const text = await (await (await house(undefined, { doctor })).ask("/doctor")).text();
  assert.match(text, /1 thing does not work/);
  assert.ok(text.indexOf("Names (DNS)") < text.indexOf("Questions for night-owl"));
  assert.ok(text.indexOf("Questions for night-owl") < text.indexOf("The key opens"));
  assert.ok(!text.includes(EVIL));
  assert.ok(text.includes("&lt;script&gt;"));
});

Deno.test("GET /doctor speaks German", async () => {
  const doctor = doctorWith([
    fail(
      "account nightowl",
      "The Twitch login nightowl needs a sign-in since 2026-11-22T20:00:00.000Z: Twitch refused to renew it.",
      "Sign in again with companion-token-server login, as the same Twitch account; the id stays",
    ),
    ok("questions nightowl", "Its token was last asked for by 192.168.1.20: 5 min ago."),
  ]);
  const pages = await house(undefined, { doctor });
  const text = await (await pages.ask("/doctor", { headers: { "accept-language": "de" } })).text();
  assert.match(text, /lang="de"/);
  assert.match(text, /1 Sache funktioniert nicht/);
  assert.match(text, /Anmeldung von nightowl/);
  assert.match(text, /Twitch hat es abgelehnt, sie zu erneuern\./);
  assert.match(text, /hat zuletzt 192\.168\.1\.20 gefragt: vor 5 Minuten\./);
});

Deno.test("GET /doctor/diagnosis.json is a download for whoever is signed in", async () => {
  const pages = await house(undefined, { doctor: doctorWith([ok("key", "")]) });
  const file = await pages.ask("/doctor/diagnosis.json");
  assert.equal(file.status, 200);
  assert.match(
    file.headers.get("content-disposition") ?? "",
    /^attachment; filename="companion-token-server-diagnosis-/,
  );
  assert.equal(JSON.parse(await file.text()).checks.length, 1);
  const stranger = await pages.ask("/doctor/diagnosis.json", { stranger: true });
  await stranger.text();
  assert.equal(stranger.status, 303);
});

Deno.test("POST /doctor without a form of ours is refused", async () => {
  const doctor = new FakeDoctor();
  const pages = await house(undefined, { doctor });
  const answer = await pages.send("/doctor", { form: "made up" });
  await answer.text();
  assert.deepEqual([answer.status, doctor.asked], [403, 0]);
});
