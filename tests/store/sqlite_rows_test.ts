import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { Account } from "../../src/core/account.ts";
import { openSqliteStore } from "../../src/store/sqlite/open.ts";
import { anAccount, anEntry, anId } from "../support/account_samples.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";

const PROGRAM = "companion-token-server 1.2.3";

/** The sample account as the store reads it after `column` was set to `text` by hand. */
function readWith(column: string, text: string): Account {
  using directory = temporaryDirectory();
  {
    using store = openSqliteStore(directory.path, PROGRAM);
    const health = { state: "needs_login", since: 4, reason: "refused" } as const;
    store.add(anAccount({ health, refusals: { count: 1, first: 2, last: 3 }, sends: [5] }), anId());
  }
  const database = new DatabaseSync(`${directory.path}/companion-token-server.sqlite`);
  database.prepare(`UPDATE accounts SET ${column} = ?`).run(text);
  database.close();
  using store = openSqliteStore(directory.path, PROGRAM);
  const [account] = store.accounts();
  assert.ok(account);
  return account;
}

Deno.test("accounts() reads health as it was written by hand", () => {
  const health =
    readWith("health", '{"state":"needs_login","since":7,"reason":"answer_lost","more":1}').health;
  assert.deepEqual(health, { state: "needs_login", since: 7, reason: "answer_lost" });
});

Deno.test("accounts() reads health that is no JSON or no health as connected", () => {
  for (const text of ["", "{", "null", "[]", '"connected"', '{"state":"asleep"}', "\0"]) {
    assert.deepEqual(readWith("health", text).health, { state: "connected" }, text);
  }
});

Deno.test("accounts() keeps the state of health whose reason or numbers it does not know", () => {
  const ended = readWith("health", '{"state":"needs_login","since":7,"reason":"eclipse"}').health;
  assert.deepEqual(ended, { state: "needs_login", since: 7, reason: "refused" });
  const waiting =
    readWith("health", '{"state":"retrying","since":7,"reason":"eclipse","nextTry":"soon"}').health;
  assert.deepEqual(waiting, { state: "retrying", since: 7, reason: "twitch_error", attempts: 1, nextTry: 0 });
});

Deno.test("accounts() reads odd scopes, sends and refusals as none", () => {
  for (const text of ["", "{}", "[1]", "nonsense"]) {
    assert.deepEqual(readWith("scopes", text).scopes, [], text);
  }
  for (const text of ["", "{}", '["x"]', "nonsense"]) {
    assert.deepEqual(readWith("sends", text).sends, [], text);
  }
  for (const text of ["", "[]", '{"count":1}', "nonsense"]) {
    assert.equal(readWith("refusals", text).refusals, undefined, text);
  }
});

Deno.test("slots() reads odd parameters as none, facts() an odd word as nothing seen", () => {
  using directory = temporaryDirectory();
  {
    using store = openSqliteStore(directory.path, PROGRAM);
    store.addSlot({ id: "a", kind: "file", wrapped: Uint8Array.of(1), parameters: { a: 1 }, createdAt: 1 });
    store.learn("app-1", { rotates: true, oldAccess: "dies" });
  }
  const database = new DatabaseSync(`${directory.path}/companion-token-server.sqlite`);
  database.exec("UPDATE slots SET parameters = '{'; UPDATE apps SET old_access = 'sleeps'");
  database.close();
  using store = openSqliteStore(directory.path, PROGRAM);
  assert.deepEqual(store.slots()[0]?.parameters, {});
  assert.deepEqual(store.facts("app-1"), { rotates: true, oldAccess: undefined });
});

Deno.test("a grant with odd times is kept: fractions are rounded, what no date can hold is cut", () => {
  using store = openSqliteStore({ path: ":memory:" }, PROGRAM);
  assert.equal(store.add(anAccount({ issuedAt: 1.5, expiresAt: 1e300 }), anId({ endsAt: -1e300 })), true);
  assert.equal(store.beginRefresh(anAccount({ expiresAt: Infinity }), anEntry({ at: 2.4 })), true);
  const [account] = store.accounts();
  assert.deepEqual([account?.issuedAt, account?.expiresAt], [1_700_000_000_000, 8.64e15]);
  assert.equal(store.ids()[0]?.endsAt, -8.64e15);
  assert.equal(store.journal()[0]?.at, 2);
});

Deno.test("no text is taken for SQL, wherever it stands", () => {
  using directory = temporaryDirectory();
  const evil = `'; DROP TABLE accounts; --"`;
  {
    using store = openSqliteStore(directory.path, PROGRAM);
    const account = anAccount({
      key: evil,
      alias: evil,
      twitchId: evil,
      login: evil,
      label: evil,
      clientId: evil,
    });
    assert.equal(store.add(account, { ...anId(), account: evil, digest: evil }), true);
    assert.equal(store.removeId(`' OR '1'='1`), false);
  }
  using store = openSqliteStore(directory.path, PROGRAM);
  const [account] = store.accounts();
  assert.equal(account?.label, evil);
  assert.equal(store.account(evil)?.login, evil);
  assert.equal(store.ids()[0]?.digest, evil);
});
