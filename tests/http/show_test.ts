import assert from "node:assert/strict";
import { HOUR, MINUTE } from "../../src/core/account.ts";
import { type ShowFacts, type ShowLine, showLines, type ShowLogin } from "../../src/core/show.ts";
import { ShowPage } from "../../src/http/pages/show.tsx";
import { AtWork } from "../../src/http/pages/at_work.tsx";
import { findingText, remedyText } from "../../src/http/pages/show_words.ts";
import { CATALOGUES } from "../../src/http/words/catalogue.ts";
import { speaker } from "../../src/http/words/say.tsx";
import { FakeDoctor } from "../support/fake_doctor.ts";
import { START } from "../support/fake_clock.ts";
import { house } from "./house.ts";

const EVIL = `"><script>alert('x')</script>`;
const LOGIN: ShowLogin = {
  alias: "nightowl",
  health: "connected",
  reason: undefined,
  serving: true,
  expiresAt: START + 3 * HOUR,
  askedAt: START - MINUTE,
  scopes: ["chat:read"],
  failedPress: undefined,
  renewal: { kind: "renewed", at: START },
};
const READY: ShowFacts = {
  now: START,
  logins: [LOGIN],
  clockAhead: 0,
  disk: "good",
  backup: "good",
  backupAt: START - HOUR,
  notices: { addresses: 1, testedAt: START - HOUR },
  needs: [{ name: "buttons", scopes: ["chat:read"] }],
};

function doctorWith(facts: ShowFacts): FakeDoctor {
  return Object.assign(new FakeDoctor(), { lines: showLines(facts) });
}

Deno.test("GET /show renews nothing, POST does, and the answer is one", async () => {
  const untried = {
    ...READY,
    clockAhead: "unasked" as const,
    logins: [{ ...LOGIN, renewal: { kind: "untried" } as const }],
  };
  const doctor = doctorWith(untried);
  const pages = await house(undefined, { doctor });
  assert.match(await (await pages.ask("/show")).text(), /Not checked yet[\s\S]*Check now/);
  assert.equal(doctor.asked, 0);
  doctor.lines = showLines(READY);
  const answer = await pages.send("/show", {});
  assert.equal(answer.status, 200);
  assert.match(await answer.text(), />Ready<[\s\S]*Check again/);
  assert.equal(doctor.asked, 1);
});

Deno.test("GET /show counts what is to do and leads to where it is done", async () => {
  const lost = { ...LOGIN, askedAt: undefined, scopes: [] };
  const needs = [{ name: "buttons", scopes: ["chat:read"] }];
  const doctor = doctorWith({ ...READY, logins: [lost], disk: "full", backup: "none", needs });
  const text = await (await (await house(undefined, { doctor })).ask("/show")).text();
  assert.match(text, /Not ready: 2 things to do/);
  assert.match(text, /href="\/accounts\/nightowl"/);
  assert.match(text, /href="\/doctor"/);
  assert.match(text, /href="\/settings\/backup"/);
});

Deno.test("GET /show speaks German and escapes names", async () => {
  const lines = showLines({
    ...READY,
    logins: [{ ...LOGIN, alias: EVIL }],
    notices: { addresses: 0, testedAt: undefined },
  });
  const doctor = Object.assign(new FakeDoctor(), { lines });
  const pages = await house(undefined, { doctor });
  const text = await (await pages.ask("/show", { headers: { "accept-language": "de" } })).text();
  assert.match(text, /Bereit, mit 1 Anmerkung/);
  assert.match(text, /die fertigen Tasten/);
  assert.ok(!text.includes(EVIL));
});

Deno.test("every finding has its words in each language, and what to do unless all is well", () => {
  const renewals = [
    { kind: "untried" },
    { kind: "spared" },
    {
      kind: "failed",
      message: "Cannot refresh nightowl: Twitch asks for a pause",
      hint: "Try again in a moment",
    },
  ] as const;
  const logins: Partial<ShowLogin>[] = [
    {},
    { health: "needs_login", reason: "refused" },
    { serving: false, renewal: renewals[0], health: "retrying", reason: "cut" },
    { expiresAt: undefined, scopes: ["a", "b"], askedAt: undefined, failedPress: "AD 401" },
    { expiresAt: START + MINUTE, scopes: [], askedAt: START - HOUR },
    ...renewals.map((renewal) => ({ renewal })),
  ];
  const facts: Partial<ShowFacts>[] = [
    { logins: [] },
    ...logins.map((login) => ({
      logins: [{ ...LOGIN, ...login }],
      needs: [{ name: "n", scopes: ["a", "b", "c"] }],
    })),
    ...(["unasked", "silence", 10 * MINUTE, -10 * MINUTE] as const).map((clockAhead) => ({ clockAhead })),
    ...(["full", "unknown"] as const).map((disk) => ({ disk })),
    ...(["old", "none", "unknown"] as const).map((backup) => ({ backup })),
    ...[undefined, 0].map((testedAt) => ({ notices: { addresses: 1, testedAt } })),
    { notices: { addresses: 0, testedAt: undefined } },
    {},
  ];
  const lines: ShowLine[] = facts.flatMap((over) => [...showLines({ ...READY, ...over })]);
  assert.ok(new Set(lines.map(({ subject, finding }) => `${subject} ${finding}`)).size >= 25);
  for (const catalogue of CATALOGUES) {
    const say = speaker(catalogue);
    for (const line of lines) {
      const found = findingText(say, line, START);
      assert.doesNotMatch(found, /show\.|\{\w+\}|undefined/, found);
      const remedy = remedyText(say, line, START);
      if (line.state === "ok") assert.equal(remedy, undefined);
      else assert.doesNotMatch(remedy ?? "show.", /show\.|\{\w+\}|undefined|\.\./, `${found} ${remedy}`);
    }
  }
});

Deno.test("AtWork stands only while somebody is at work", async () => {
  const say = speaker(CATALOGUES[0]);
  const used = [{ alias: EVIL, askedAt: START - 3 * MINUTE }];
  const text = String(await AtWork({ say, used, now: START }));
  assert.match(text, /Somebody is at work: .*3 min/);
  assert.ok(!text.includes(EVIL));
  assert.equal(await AtWork({ say, used: [], now: START }), null);
});

Deno.test("ShowPage offers to print by the script alone", async () => {
  const say = speaker(CATALOGUES[0]);
  const props = { say, lines: showLines(READY), proven: true, now: START, formToken: "t" };
  assert.match(
    String(await ShowPage(props)),
    /<button type="button" class="quiet" data-print="[^"]*" hidden/,
  );
});
