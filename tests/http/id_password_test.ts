/** A protected account: what its ids are answered with, without and with a wrong password. */
import assert from "node:assert/strict";
import { protect, unprotect } from "../../src/core/id_password.ts";
import { assertLine, fromLan, house, type How, idOf, tokenOf } from "./house.ts";
import { LOCKED } from "./sights/homes.ts";
import { restarted, signedIn } from "../support/world.ts";
import { around } from "./house.ts";

const UNKNOWN = "0b5e2f6c-1111-4222-8333-944445555666";

function basic(password: string, user = "companion"): How {
  return { headers: { authorization: `Basic ${btoa(`${user}:${password}`)}` } };
}

/** A server with one protected login, asked from the network. */
async function guarded() {
  const home = await house();
  const login = await signedIn(home.world);
  const password = (await protect(home.world.roster, login)).reveal();
  const id = idOf(home, login);
  const ask = (path: string, how: How = {}) => home.ask(path, fromLan(how));
  return { home, login, password, id, ask };
}

Deno.test("a protected id is answered its token with the password, at every address and by every user name", async () => {
  const { login, password, id, ask } = await guarded();
  for (
    const path of [`/?id=${id}`, `/token?id=${id}`, `/token/?id={${id.toUpperCase()}}`, `/any?x=1&id=${id}`]
  ) {
    for (const user of ["companion", "", "somebody"]) {
      const answer = await ask(path, basic(password, user));
      assert.deepEqual([answer.status, await answer.text()], [200, tokenOf(login)], path);
    }
  }
  const { access_token } = await (await ask(`/token.json?id=${id}`, basic(password))).json();
  assert.equal(access_token, tokenOf(login));
});

Deno.test("a protected id without or with a wrong password is answered 403 in one line, and no browser asks for one", async () => {
  const { home, login, password, id, ask } = await guarded();
  const secrets = [tokenOf(login), id, password, "guess"];
  for (const how of [{}, basic("guess"), basic(""), { headers: { authorization: `Bearer ${password}` } }]) {
    for (const path of [`/?id=${id}`, `/token?id=${id}`]) {
      const answer = await ask(path, how);
      await assertLine(answer, 403, secrets);
      assert.equal(answer.headers.get("www-authenticate"), null);
    }
    for (const path of [`/token.json?id=${id}`, `/status?id=${id}`]) {
      const answer = await ask(path, how);
      const { code, message, ...rest } = await answer.json();
      assert.deepEqual([answer.status, code, rest], [403, "id_password", {}], path);
      for (const secret of secrets) assert.ok(!message.includes(secret));
    }
    const button = await ask(`/status.txt?id=${id}`, how);
    assert.deepEqual([button.status, await button.text()], [200, "UNKNOWN ID"]);
    for (const path of [`/as/${id}/helix/users`, `/as/${id}/say`, `/as/${id}/nothing`]) {
      await assertLine(await ask(path, { method: "POST", body: "hi", ...how }), 403, secrets);
    }
  }
  assert.deepEqual(home.helix.calls, []);
  assert.ok(!JSON.stringify(home.world.log.entries).includes("guess"));
});

Deno.test("with the password, state, picture and relay of a protected id answer as of any other", async () => {
  const { home, password, id, ask } = await guarded();
  const right = basic(password);
  assert.equal((await ask(`/status?id=${id}`, right)).status, 200);
  assert.match(await (await ask(`/status.txt?id=${id}`, right)).text(), /^OK /);
  const pictures = await Promise.all(
    [right, {}].map(async (how) => await (await ask(`/status.png?id=${id}`, how)).bytes()),
  );
  assert.notDeepEqual(pictures[0], pictures[1]);
  assert.equal((await ask(`/as/${id}/helix/users`, right)).status, 200);
  assert.equal(home.helix.calls.length, 1);
});

Deno.test("a password that was replaced or taken away changes the next answer", async () => {
  const { home, login, password, id, ask } = await guarded();
  const next = (await protect(home.world.roster, login)).reveal();
  assert.equal((await ask(`/token?id=${id}`, basic(password))).status, 403);
  assert.equal((await ask(`/token?id=${id}`, basic(next))).status, 200);
  await unprotect(home.world.roster, login);
  for (const how of [{}, basic(next), basic("guess")]) {
    const answer = home.raw(`/token?id=${id}`, fromLan(how));
    assert.ok(answer instanceof Response, "at once, without anything awaited");
    assert.equal(await answer.text(), tokenOf(login));
  }
});

Deno.test("wrong passwords from one address are throttled, and the right one never", async () => {
  const { password, id, ask } = await guarded();
  const statuses: number[] = [];
  for (let guess = 0; guess < 60; guess++) {
    const right = await ask(`/token?id=${id}`, basic(password));
    assert.equal(right.status, 200, `after ${guess}`);
    statuses.push((await ask(`/token?id=${id}`, basic(`guess ${guess}`))).status);
  }
  assert.deepEqual([statuses[0], statuses.at(-1)], [403, 429]);
  const answer = await ask(`/token?id=${id}`, basic("guess"));
  await assertLine(answer, 429);
  assert.equal(answer.headers.get("retry-after"), "5");
  // An old address in Companion is no guess: what it gets is nothing that it asks for again at once.
  assert.equal((await ask(`/token?id=${id}`)).status, 403);
  assert.equal((await ask(`/token?id=${UNKNOWN}`)).status, 429);
  const elsewhere = { peer: "192.168.1.78", ...basic("guess") };
  assert.equal((await ask(`/token?id=${id}`, elsewhere)).status, 403);
});

Deno.test("what is wrong with the password is logged once for a while, without the password", async () => {
  const { home, id, ask } = await guarded();
  for (let time = 0; time < 5; time++) await ask(`/token?id=${id}`);
  const warned = home.world.log.entries.filter(({ level }) => level === "warn");
  assert.deepEqual(warned.map(({ event, fields }) => [event, fields["account"]]), [
    ["asked without the password", "nightowl"],
  ]);
});

Deno.test("a locked server asks for the password too before it says that it is locked", async () => {
  const { home, password, id } = await guarded();
  home.world.vault.locked = LOCKED;
  const locked = around(await restarted(home.world));
  const ask = (how: How) => locked.ask(`/token?id=${id}`, fromLan(how));
  assert.equal((await ask({})).status, 403);
  assert.equal((await ask(basic(password))).status, 503);
});
