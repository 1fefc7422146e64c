import assert from "node:assert/strict";
import { viewOf } from "../../src/core/accounts.ts";
import { addressWith, isPassword, passwordForFiles, protect, unprotect } from "../../src/core/id_password.ts";
import { digestOf, Secret } from "../../src/core/secret.ts";
import { grant, restarted, signedIn, world } from "../support/world.ts";

Deno.test("protect() makes 128 random bits and keeps no more than their digest", async () => {
  const made = await world();
  const login = await signedIn(made);
  const password = await protect(made.roster, login);
  assert.match(password.reveal(), /^[\w-]{22}$/);
  assert.equal(login.account.passwordDigest, await digestOf(password));
  const again = (await restarted(made)).roster.get(login.account.key);
  assert.deepEqual(again?.account, login.account);
  assert.ok(!JSON.stringify([again, made.log.entries]).includes(password.reveal()));
  assert.equal(viewOf(made.roster, login, made.clock.now()).protected, true);
});

Deno.test("isPassword() knows the newest password alone, and none once it was taken away", async () => {
  const made = await world();
  const login = await signedIn(made);
  const anything = new Secret("anything");
  assert.equal(await isPassword(login.account, anything), false);
  const first = await protect(made.roster, login);
  const second = await protect(made.roster, login);
  const known = (given: Secret) => isPassword(login.account, given);
  assert.deepEqual([await known(first), await known(second), await known(anything)], [false, true, false]);
  assert.equal(await known(new Secret(second.reveal().slice(1))), false);
  await unprotect(made.roster, login);
  assert.equal(await known(second), false);
  assert.equal(viewOf(made.roster, login, made.clock.now()).protected, false);
});

Deno.test("addressWith() puts the password where a client takes it from", () => {
  const { username, password, host } = new URL(
    addressWith("http://[::1]:8948", new Secret("a$&b")).reveal(),
  );
  assert.deepEqual([username, password, host], ["companion", "a$&b", "[::1]:8948"]);
});

Deno.test("passwordForFiles() answers the right password of a protected account, and refuses any other", async () => {
  const made = await world();
  const login = await signedIn(made);
  assert.equal(await passwordForFiles(login.account, new Secret("")), undefined);
  const password = await protect(made.roster, login);
  assert.equal(await passwordForFiles(login.account, password), password);
  await assert.rejects(passwordForFiles(login.account, new Secret("")), { code: "usage" });
  await assert.rejects(passwordForFiles(login.account, new Secret("other")), { code: "wrong_password" });
});

Deno.test("protect() counts also where a new grant was stored in between, and fails where the account has gone", async () => {
  const made = await world();
  const login = await signedIn(made);
  const { key } = login.account;
  made.onStore = async (method) => {
    if (method !== "replace") return;
    made.onStore = undefined;
    const row = await made.store.account(key);
    const sealed = await made.vault.sealGrant(grant(), key, 2);
    if (row !== undefined) await made.store.replace({ ...row, generation: 2, grant: sealed });
  };
  const password = await protect(made.roster, login);
  const row = await made.store.account(key);
  assert.deepEqual([row?.generation, row?.passwordDigest], [2, await digestOf(password)]);
  assert.deepEqual(login.account, row);
  if (row !== undefined) await made.store.remove(row);
  await assert.rejects(protect(made.roster, login), { code: "not_found" });
});
