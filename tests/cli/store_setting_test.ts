import assert from "node:assert/strict";
import { Masks } from "../../src/cli/masks.ts";
import { secretsIn } from "../../src/cli/store_setting.ts";
import { Secret } from "../../src/core/secret.ts";
import { postgresAddress } from "../../src/store/postgres/address.ts";

for (
  const typed of [
    "canary-plain",
    "canary%40meant",
    "canary@typed@twice",
    "canary:with:colons",
    "ca%2Fnary@both",
  ]
) {
  Deno.test(`secretsIn() gives the password ${typed} as it is typed and as it is meant`, () => {
    const url = `postgres://companion:${typed}@db.example:5432/logins?sslmode=verify-full`;
    const meant = decodeURIComponent(typed);
    assert.equal(postgresAddress(url).password.reveal(), meant, "it is what the server is told");
    const masks = new Masks();
    for (const secret of secretsIn(new Secret(url))) masks.add(secret);
    for (const text of [url, typed, meant]) assert.equal(masks.apply(`at ${text}.`), "at [secret].");
    assert.equal(masks.apply("db.example"), "db.example");
  });
}

Deno.test("secretsIn() finds none in an address without a password, and none in sqlite:", () => {
  const url = "postgres://companion@db.example/logins";
  assert.deepEqual(secretsIn(new Secret(url)).map((secret) => secret.reveal()), [url, "", ""]);
  assert.deepEqual(secretsIn(new Secret("sqlite:")), []);
});
