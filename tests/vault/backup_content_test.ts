import assert from "node:assert/strict";
import fc from "fast-check";
import type { BackupContent } from "../../src/core/backup.ts";
import { Secret } from "../../src/core/secret.ts";
import { contentOf, contentText } from "../../src/vault/backup_content.ts";
import { unwrapped } from "../support/backup_samples.ts";

function maybe<T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(one, { nil: undefined });
}

const secret = fc.string({ unit: "binary" }).map((text) => new Secret(text));
const account = fc.record({
  key: fc.string(),
  alias: fc.string(),
  twitchId: fc.string(),
  login: fc.string(),
  label: fc.string(),
  relay: fc.boolean(),
  passwordDigest: maybe(fc.string()),
  clientId: fc.string(),
  grant: fc.record({
    access: secret,
    refresh: secret,
    scopes: fc.array(fc.string()),
    issuedAt: fc.nat(),
    expiresAt: maybe(fc.nat()),
  }),
  generation: fc.integer({ min: 1, max: 2 ** 40 }),
  lastRefresh: maybe(fc.nat()),
  ended: maybe(fc.record({
    state: fc.constant("needs_login" as const),
    since: fc.nat(),
    reason: fc.constantFrom("refused" as const, "answer_lost" as const),
  })),
  refusals: maybe(fc.record({ count: fc.nat(), first: fc.nat(), last: fc.nat() })),
  createdAt: fc.nat(),
  ids: fc.array(fc.record({ id: secret, createdAt: fc.nat(), endsAt: maybe(fc.nat()) })),
});
const content: fc.Arbitrary<BackupContent> = fc.record({
  createdAt: fc.nat(),
  app: maybe(fc.record({ clientId: fc.string(), clientSecret: maybe(secret) })),
  facts: fc.array(fc.record({
    clientId: fc.string(),
    rotates: fc.boolean(),
    oldAccess: fc.constantFrom("dies" as const, "survives" as const, undefined),
  })),
  allowedHosts: fc.array(fc.string()),
  accounts: fc.array(account),
});

Deno.test("contentOf() gives back what contentText() was given", () => {
  fc.assert(fc.property(content, (content) => {
    assert.deepEqual(unwrapped(contentOf(contentText(content))), unwrapped(content));
  }));
});

/** As version 1.0 of the program wrote it; every later one reads it. */
const FIRST = JSON.stringify({
  createdAt: 1,
  facts: [{ clientId: "app-1", rotates: true }],
  allowedHosts: ["studio.example"],
  app: { clientId: "app-1", clientSecret: "app-secret" },
  accounts: [{
    key: "key-1",
    alias: "nightowl",
    twitchId: "12345",
    login: "nightowl",
    label: "",
    clientId: "app-1",
    generation: 3,
    createdAt: 2,
    ids: [{ id: "0b9c7e1a-5d44-4c0e-9b6f-2f1d8f3c7a55", createdAt: 3 }],
    grant: { access: "acc", refresh: "ref", scopes: ["chat:edit"], issuedAt: 4 },
  }],
});

Deno.test("contentOf() reads the content of the first version, and passes over what it does not know", () => {
  const known = unwrapped(contentOf(new Secret(FIRST)));
  const [account] = known.accounts;
  assert.deepEqual([account?.alias, account?.relay, account?.generation, account?.ended], [
    "nightowl",
    true,
    3,
    undefined,
  ]);
  assert.equal(account?.passwordDigest, undefined);
  assert.equal(known.accounts[0]?.grant.refresh, "ref");
  assert.equal(known.app?.clientSecret, "app-secret");
  const later = FIRST.replaceAll('"createdAt"', '"colour":"red","createdAt"');
  assert.deepEqual(unwrapped(contentOf(new Secret(later))), known);
});

Deno.test("contentOf() says that it does not understand a content", () => {
  for (const odd of ["null", "[]", "{}", FIRST.replace('"generation":3', '"generation":0')]) {
    assert.throws(() => contentOf(new Secret(odd)), { code: "database_newer" });
  }
});
