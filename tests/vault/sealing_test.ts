import assert from "node:assert/strict";
import fc from "fast-check";
import type { Grant, Sealed, SealedGrant } from "../../src/core/account.ts";
import type { Binding } from "../../src/core/ports.ts";
import { Secret } from "../../src/core/secret.ts";
import type { Bytes } from "../../src/vault/envelope.ts";
import { unlockedVault } from "../../src/vault/vault.ts";

const GRANT: Grant = {
  access: new Secret("access-canary"),
  refresh: new Secret("refresh-canary"),
  scopes: ["chat:edit"],
  issuedAt: 5,
  expiresAt: 6,
};
const BOUND: Binding = { owner: "key-1", purpose: "id", generation: 3 };

const text = fc.string({ unit: "binary" });
const bound: fc.Arbitrary<Binding> = fc.record({
  owner: fc.string(),
  purpose: fc.constantFrom("grant", "id", "app"),
  generation: fc.nat(),
});

function aKey(fill = 1): Bytes {
  return new Uint8Array(32).fill(fill);
}

Deno.test("open() gives back what seal() was given", async () => {
  const vault = await unlockedVault(aKey());
  await fc.assert(fc.asyncProperty(text, bound, async (text, bound) => {
    const sealed = await vault.seal(new Secret(text), bound);
    assert.equal((await vault.open(sealed, bound)).reveal(), text);
  }));
});

Deno.test("open() gives back a text that begins with a byte order mark, and an empty one", async () => {
  const vault = await unlockedVault(aKey());
  for (const text of ["\ufeffcanary", ""]) {
    assert.equal((await vault.open(await vault.seal(new Secret(text), BOUND), BOUND)).reveal(), text);
  }
});

Deno.test("openGrant() gives back what sealGrant() was given", async () => {
  const vault = await unlockedVault(aKey());
  const grants = fc.record({
    access: text,
    refresh: text,
    scopes: fc.array(text),
    issuedAt: fc.nat(),
    expiresAt: fc.option(fc.nat(), { nil: undefined }),
  });
  await fc.assert(fc.asyncProperty(grants, fc.string(), fc.nat(), async (grant, account, generation) => {
    const { access, refresh } = grant;
    const given = { ...grant, access: new Secret(access), refresh: new Secret(refresh) };
    const opened = await vault.openGrant(
      await vault.sealGrant(given, account, generation),
      account,
      generation,
    );
    const read = { ...opened, access: opened.access.reveal(), refresh: opened.refresh.reveal() };
    assert.deepEqual(read, { ...grant });
  }));
});

Deno.test("open() refuses bytes with any one bit flipped", async () => {
  const vault = await unlockedVault(aKey());
  const sealed = await vault.seal(new Secret("canary"), BOUND);
  assert.equal((await vault.open(sealed, BOUND)).reveal(), "canary");
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const flipped = sealed.map((byte, at) => at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte) as Sealed;
    await assert.rejects(vault.open(flipped, BOUND), { name: "AppError", code: "locked" }, `bit ${bit}`);
  }
});

Deno.test("open() refuses bytes that were cut or added to", async () => {
  const vault = await unlockedVault(aKey());
  const sealed = await vault.seal(new Secret("canary"), BOUND);
  for (let length = 0; length < sealed.length; length++) {
    await assert.rejects(vault.open(sealed.slice(0, length) as Sealed, BOUND), { code: "locked" });
  }
  await assert.rejects(vault.open(Uint8Array.of(...sealed, 0) as Sealed, BOUND), { code: "locked" });
});

Deno.test("open() refuses every binding but the one that was sealed", async () => {
  const vault = await unlockedVault(aKey());
  await fc.assert(fc.asyncProperty(bound, bound, async (bound, other) => {
    fc.pre(JSON.stringify(bound) !== JSON.stringify(other));
    const sealed = await vault.seal(new Secret("canary"), bound);
    await assert.rejects(vault.open(sealed, other), { code: "locked" });
  }));
});

Deno.test("open() refuses another account, another purpose, another generation", async () => {
  const vault = await unlockedVault(aKey());
  const sealed = await vault.seal(new Secret("canary"), BOUND);
  const others: Partial<Binding>[] = [
    { owner: "key-2" },
    { purpose: "app" },
    { generation: 4 },
    { generation: -3 },
  ];
  for (const other of others) {
    await assert.rejects(vault.open(sealed, { ...BOUND, ...other }), { code: "locked", message: /altered/ });
  }
  assert.equal((await vault.open(sealed, BOUND)).reveal(), "canary");
});

Deno.test("openGrant() refuses an older generation's bytes and another account's", async () => {
  const vault = await unlockedVault(aKey());
  const sealed = await vault.sealGrant(GRANT, "key-1", 4);
  await assert.rejects(vault.openGrant(sealed, "key-1", 5), { code: "locked" });
  await assert.rejects(vault.openGrant(sealed, "key-2", 4), { code: "locked" });
  assert.equal((await vault.openGrant(sealed, "key-1", 4)).refresh.reveal(), "refresh-canary");
});

Deno.test("open() says that another key has sealed it", async () => {
  const sealed = await (await unlockedVault(aKey(1))).seal(new Secret("canary"), BOUND);
  const other = await unlockedVault(aKey(2));
  await assert.rejects(other.open(sealed, BOUND), { code: "locked", message: /sealed with another key/ });
});

Deno.test("open() says that a newer version has sealed it", async () => {
  const vault = await unlockedVault(aKey());
  const sealed = await vault.seal(new Secret("canary"), BOUND);
  sealed[0] = 2;
  await assert.rejects(vault.open(sealed, BOUND), { code: "locked", message: /newer version/ });
});

Deno.test("seal() gives other bytes each time", async () => {
  const vault = await unlockedVault(aKey());
  const seen = new Set<string>();
  for (let time = 0; time < 50; time++) seen.add((await vault.seal(new Secret("same"), BOUND)).join());
  assert.equal(seen.size, 50);
});

Deno.test("sealed bytes hold no token, and printing a vault shows no key", async () => {
  const vault = await unlockedVault(aKey(77));
  const sealed: SealedGrant = await vault.sealGrant(GRANT, "key-1", 1);
  const latin = String.fromCharCode(...sealed);
  assert.ok(!latin.includes("canary"));
  const printed = Deno.inspect(vault, { depth: 9, showHidden: true }) + JSON.stringify(vault);
  assert.ok(!printed.includes("77, 77"));
  assert.ok(Deno.inspect(aKey(77)).includes("77, 77"), "a key that is printed would be seen");
});
