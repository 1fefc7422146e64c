import assert from "node:assert/strict";
import { DAY, HOUR, MINUTE, SECOND } from "../../src/core/account.ts";
import {
  activeShow,
  needsRenewal,
  showBackup,
  type ShowFacts,
  showLines,
  type ShowLogin,
  type ShowState,
  verdictOf,
} from "../../src/core/show.ts";
import { START } from "../support/fake_clock.ts";
import { OWL, signedIn, world, WREN } from "../support/world.ts";

const NEEDS = [
  { name: "buttons", scopes: ["clips:edit", "user:write:chat", "channel:manage:raids"] },
  { name: "companion-3", scopes: ["chat:read", "chat:edit"] },
];

function login(over: Partial<ShowLogin> = {}): ShowLogin {
  return {
    alias: "nightowl",
    health: "connected",
    reason: undefined,
    serving: true,
    expiresAt: START + 3 * HOUR,
    askedAt: START - MINUTE,
    scopes: ["chat:read", "chat:edit"],
    failedPress: undefined,
    renewal: { kind: "renewed", at: START },
    ...over,
  };
}

function facts(over: Partial<ShowFacts> = {}): ShowFacts {
  return {
    now: START,
    logins: [login()],
    clockAhead: 0,
    disk: "good",
    backup: "good",
    backupAt: START - HOUR,
    notices: { addresses: 1, testedAt: START - DAY },
    needs: NEEDS,
    ...over,
  };
}

Deno.test("showLines() is ready with everything tried and good", () => {
  const lines = showLines(facts());
  assert.deepEqual(new Set(lines.map(({ state }) => state)), new Set(["ok"]));
  assert.deepEqual(verdictOf(lines), { state: "ready", count: lines.length });
});

Deno.test("showLines() says of each fact whether it keeps the show from going on", () => {
  const rows: readonly (readonly [Partial<ShowFacts>, string, ShowState])[] = [
    [{ logins: [] }, "accounts none", "todo"],
    [{ logins: [login({ health: "needs_login", reason: "refused" })] }, "login ended", "todo"],
    [{ logins: [login({ renewal: { kind: "untried" } })] }, "renewal untried", "open"],
    [{ logins: [login({ renewal: { kind: "spared" } })] }, "renewal spared", "ok"],
    [
      { logins: [login({ renewal: { kind: "failed", message: "", hint: undefined } })] },
      "renewal failed",
      "todo",
    ],
    [
      { logins: [login({ renewal: { kind: "untried" }, health: "retrying", reason: "cut" })] },
      "renewal delayed",
      "todo",
    ],
    [{ logins: [login({ serving: false })] }, "token none", "todo"],
    [{ logins: [login({ expiresAt: undefined })] }, "token endless", "ok"],
    [{ logins: [login({ expiresAt: START + 19 * MINUTE })] }, "token short", "remark"],
    [{ logins: [login({ scopes: ["clips:edit", "user:write:chat"] })] }, "permissions missing", "remark"],
    [{ logins: [login({ scopes: ["bits:read"] })] }, "permissions own", "ok"],
    [{ logins: [login({ failedPress: "AD 401" })] }, "press refused", "todo"],
    [{ logins: [login({ askedAt: undefined })] }, "asked never", "todo"],
    [{ logins: [login({ askedAt: START - 15 * MINUTE })] }, "asked lately", "ok"],
    [{ logins: [login({ askedAt: START - 15 * MINUTE - 1 })] }, "asked before", "todo"],
    [{ clockAhead: "unasked" }, "clock unknown", "open"],
    [{ clockAhead: "silence" }, "clock silence", "todo"],
    [{ clockAhead: -2 * MINUTE }, "clock behind", "remark"],
    [{ clockAhead: 6 * MINUTE }, "clock ahead", "todo"],
    [{ disk: "full" }, "disk full", "todo"],
    [{ disk: "unknown" }, "disk unknown", "open"],
    [{ backup: "old" }, "backup old", "remark"],
    [{ backup: "none", backupAt: undefined }, "backup none", "remark"],
    [{ notices: { addresses: 0, testedAt: undefined } }, "notice none", "remark"],
    [{ notices: { addresses: 1, testedAt: undefined } }, "notice untested", "remark"],
    [{ notices: { addresses: 1, testedAt: START - 8 * DAY } }, "notice stale", "remark"],
  ];
  for (const [over, finding, state] of rows) {
    const lines = showLines(facts(over));
    const line = lines.find((one) => `${one.subject} ${one.finding}` === finding);
    assert.equal(line?.state, state, finding);
    const others = lines.filter((one) => one !== line);
    assert.deepEqual(new Set(others.map((one) => one.state)), new Set(["ok"]), finding);
    const verdict = state === "ok" ? "ready" : state === "remark" ? "remarks" : state;
    assert.equal(verdictOf(lines).state, verdict, finding);
  }
});

Deno.test("showLines() names what a login misses of the set that it was meant for", () => {
  const lines = showLines(facts({ logins: [login({ scopes: ["clips:edit", "user:write:chat"] })] }));
  const line = lines.find(({ subject }) => subject === "permissions");
  assert.deepEqual(line?.names, ["buttons", "channel:manage:raids"]);
});

Deno.test("verdictOf() counts what is to do before what is open, and that before remarks", () => {
  const lines = showLines(facts({ disk: "full", clockAhead: "unasked", backup: "old" }));
  assert.deepEqual(verdictOf(lines), { state: "todo", count: 1 });
  assert.deepEqual(verdictOf(lines.filter(({ state }) => state !== "todo")), { state: "open", count: 1 });
  const remarks = lines.filter(({ state }) => state === "ok" || state === "remark");
  assert.deepEqual(verdictOf(remarks), { state: "remarks", count: 1 });
});

Deno.test("activeShow() names the accounts that were asked for within 15 minutes, the latest first", async () => {
  const made = await world();
  const owl = await signedIn(made, OWL);
  const wren = await signedIn(made, WREN);
  const now = made.clock.now();
  assert.deepEqual(activeShow(made.roster, now), []);
  owl.askedAt = now - 15 * MINUTE;
  wren.askedAt = now - SECOND;
  assert.deepEqual(activeShow(made.roster, now), [
    { alias: "wren", askedAt: now - SECOND },
    { alias: "nightowl", askedAt: now - 15 * MINUTE },
  ]);
  owl.askedAt = now - 15 * MINUTE - 1;
  assert.deepEqual(activeShow(made.roster, now).map(({ alias }) => alias), ["wren"]);
});

Deno.test("showBackup() wants a backup that is newer than the newest sign-in", async () => {
  const made = await world();
  await signedIn(made);
  const now = made.clock.now() + HOUR;
  const logins = made.roster.all();
  assert.deepEqual(showBackup(logins, undefined, now), { backup: "none", backupAt: undefined });
  assert.deepEqual(showBackup(logins, [], now), { backup: "old", backupAt: undefined });
  assert.equal(showBackup(logins, [now - 2 * HOUR], now).backup, "old");
  assert.deepEqual(showBackup(logins, [now - DAY, now - MINUTE], now), {
    backup: "good",
    backupAt: now - MINUTE,
  });
});

Deno.test("needsRenewal() is so for a login that is not well and for a token that ends soon", () => {
  assert.equal(needsRenewal(login(), START), false);
  assert.equal(needsRenewal(login({ expiresAt: undefined }), START), false);
  assert.equal(needsRenewal(login({ serving: false }), START), true);
  assert.equal(needsRenewal(login({ health: "retrying" }), START), true);
  assert.equal(needsRenewal(login({ expiresAt: START + 10 * MINUTE }), START), true);
});
