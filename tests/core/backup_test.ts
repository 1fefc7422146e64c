import assert from "node:assert/strict";
import { exportLogins } from "../../src/core/backup.ts";
import { rotateId } from "../../src/core/accounts.ts";
import { MINUTE } from "../../src/core/account.ts";
import { contentText } from "../../src/vault/backup_content.ts";
import { unwrapped } from "../support/backup_samples.ts";
import { START } from "../support/fake_clock.ts";
import { CUT, DOWN } from "../support/scripted_twitch.ts";
import {
  CONFIDENTIAL,
  later,
  OWL,
  PUBLIC,
  signedIn,
  stored,
  untilDue,
  world,
  WREN,
} from "../support/world.ts";

Deno.test("exportLogins() holds everything that a blank machine needs", async () => {
  const made = await world(PUBLIC);
  const login = await signedIn(made, OWL, { label: "Main channel", relay: false, passwordDigest: "ab" });
  await rotateId(made.roster, login);
  await made.roster.learn("app-1", { oldAccess: "dies" });
  const { content, left } = await exportLogins(made.roster, made.roster.app, ["studio.example"]);
  assert.deepEqual(left, []);
  const { alias, twitchId, key, generation, createdAt, clientId, scopes, issuedAt, expiresAt } =
    login.account;
  const { access, refresh } = unwrapped(await stored(made, login));
  const [id] = made.roster.ids.of(login);
  assert.deepEqual(unwrapped(content), {
    createdAt: START,
    app: { clientId: "app-1", clientSecret: undefined },
    facts: [{ clientId: "app-1", rotates: false, oldAccess: "dies" }],
    allowedHosts: ["studio.example"],
    accounts: [{
      ...{ alias, twitchId, key, generation, createdAt, clientId, login: "nightowl", label: "Main channel" },
      ...{
        relay: false,
        passwordDigest: "ab",
        lastRefresh: undefined,
        refusals: undefined,
        ended: undefined,
      },
      grant: { access, refresh, scopes, issuedAt, expiresAt },
      ids: [{ id: id?.id.reveal(), createdAt: START, endsAt: undefined }],
    }],
  });
});

Deno.test("exportLogins() takes the grant that the disk has refused", async () => {
  const made = await world();
  const login = await signedIn(made);
  made.onStore = (method) => {
    made.store.failWrites = method === "endRefresh";
  };
  await later(made, untilDue(made, login));
  assert.ok(login.saveAt !== undefined);
  const { content } = await exportLogins(made.roster, undefined, []);
  assert.deepEqual([content.accounts[0]?.generation, content.accounts[0]?.grant.access.reveal()], [
    2,
    login.access?.reveal(),
  ]);
});

Deno.test("exportLogins() keeps that a login has ended, and forgets a passing trouble", async () => {
  const made = await world();
  const ended = await signedIn(made, OWL);
  const troubled = await signedIn(made, WREN);
  made.twitch.next("refresh", DOWN, DOWN);
  ended.account = { ...ended.account, health: { state: "needs_login", since: START, reason: "refused" } };
  await later(made, untilDue(made, troubled));
  assert.equal(troubled.account.health.state, "retrying");
  const { content } = await exportLogins(made.roster, CONFIDENTIAL, []);
  assert.deepEqual(content.accounts.map((one) => one.ended?.reason), ["refused", undefined]);
});

Deno.test("exportLogins() takes the grant before a refresh that is under way", async () => {
  const made = await world(PUBLIC);
  const login = await signedIn(made);
  const before = unwrapped(await stored(made, login));
  made.twitch.next("refresh", CUT);
  await later(made, untilDue(made, login) + MINUTE);
  assert.ok(login.open);
  const { content } = await exportLogins(made.roster, PUBLIC, []);
  assert.equal(content.accounts[0]?.grant.refresh.reveal(), before.refresh);
});

Deno.test("exportLogins() leaves out and names an account that the key does not open", async () => {
  const made = await world();
  const other = await signedIn(made, WREN);
  await signedIn(made, OWL);
  other.account = { ...other.account, key: "swapped" };
  const { content, left } = await exportLogins(made.roster, undefined, []);
  assert.deepEqual([content.accounts.map(({ alias }) => alias), left], [["nightowl"], ["wren"]]);
  assert.deepEqual(made.log.events("error"), ["account is not in the backup"]);
});

Deno.test("exportLogins() refuses while the key is missing", async () => {
  const made = await world();
  await signedIn(made);
  made.vault.locked = "The key file is missing";
  await assert.rejects(exportLogins(made.roster, undefined, []), {
    code: "locked",
    hint: "The key file is missing",
  });
});

Deno.test("a content prints no secret", async () => {
  const made = await world();
  const login = await signedIn(made);
  const { content } = await exportLogins(made.roster, CONFIDENTIAL, []);
  const shown = Deno.inspect(content, { depth: 9 }) + JSON.stringify(content) + contentText(content);
  const secrets = [...Object.values(unwrapped(await stored(made, login))).slice(0, 2), "app-secret"];
  const plain = contentText(content).reveal();
  for (const secret of secrets) {
    assert.ok(plain.includes(String(secret)), "the search finds what is there");
    assert.ok(!shown.includes(String(secret)));
  }
});
