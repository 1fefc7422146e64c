import assert from "node:assert/strict";
import type { Sealed, SealedGrant } from "../../src/core/account.ts";
import type { PostgresStore } from "../../src/store/postgres/store.ts";
import { anAccount, anEntry, anId } from "../support/account_samples.ts";
import { type SharedDatabase, sharedDatabase, until, withPostgres } from "../support/postgres_scene.ts";

/** With what everything begins that the key before and the key of now have sealed. */
const [BEFORE, NOW] = [1, 2].map((key) => Uint8Array.of(1, key, 0, 0, 0, 0, 0, 0, 0)) as [
  Uint8Array,
  Uint8Array,
];
const REFUSED = { name: "AppError", code: "locked", message: /another process has changed the key$/ };
const OTHER = { key: "key-2", alias: "other", twitchId: "2" };

function sealed(head: Uint8Array): SealedGrant & Sealed {
  return Uint8Array.of(...head, 7) as Uint8Array as SealedGrant & Sealed;
}

/** Every way to write something sealed: an account, an id, a setting. */
function writes(
  store: PostgresStore,
  head: Uint8Array,
): readonly (() => Promise<unknown>)[] {
  const bytes = sealed(head);
  // Those that are refused leave the revision.
  const row = (done = 0) => anAccount({ grant: bytes, revision: head === NOW ? 1 + done : 1 });
  const other = anAccount({ ...OTHER, grant: bytes });
  return [
    () => store.replace(row()),
    () => store.beginRefresh(row(1), anEntry()),
    () => store.endRefresh(row(2)),
    () => store.add(other, anId({ digest: "d2", account: "key-2", sealed: sealed(NOW) })),
    () =>
      store.add(
        { ...other, ...{ key: "key-3", alias: "third", twitchId: "3" }, grant: sealed(NOW) },
        anId({ digest: "d3", account: "key-3", sealed: bytes }),
      ),
    () => store.addId(anId({ digest: "d4", sealed: bytes })),
    () => store.saveSetting("new", bytes),
    () => store.saveSetting("there", bytes),
    () => store.replaceSetting("there", head === NOW ? bytes : sealed(NOW), bytes),
    () => store.replaceSetting("newer", undefined, bytes),
  ];
}

/** A database in which the key was changed once. */
async function changed(shared: SharedDatabase): Promise<PostgresStore> {
  const [store] = shared.stores;
  assert.ok(store);
  await store.add(anAccount({ grant: sealed(BEFORE) }), anId({ sealed: sealed(BEFORE) }));
  await store.saveSetting("there", sealed(BEFORE));
  const resealed = (await store.ciphertexts()).map(({ place, sealed: was }) => ({
    place,
    was,
    sealed: sealed(NOW),
  }));
  assert.equal(await store.isRetired(BEFORE), false);
  assert.equal(await store.rekey({ head: BEFORE, from: [], slots: [], resealed }), true);
  assert.deepEqual([await store.isRetired(BEFORE), await store.isRetired(NOW)], [true, false]);
  return store;
}

withPostgres((cluster) => {
  Deno.test("nothing is written that a key has sealed which another process has changed", async () => {
    await using shared = await sharedDatabase(await cluster(), {}, {});
    await changed(shared);
    const store = shared.stores[1];
    assert.ok(store);
    const before = [await store.accounts(), await store.ciphertexts()];
    for (const write of writes(store, BEFORE)) await assert.rejects(write, REFUSED, String(write));
    assert.deepEqual([await store.accounts(), await store.ciphertexts()], before);
    for (const write of writes(store, NOW)) assert.notEqual(await write(), false, String(write));
    await store.saveSetting("plain", new TextEncoder().encode("{}"));
    await store.endId("d4", 5);
  });

  Deno.test("rekey() is refused to who goes by a key that another process has changed", async () => {
    await using shared = await sharedDatabase(await cluster(), {});
    const store = await changed(shared);
    const slot = { id: "a", kind: "file", wrapped: Uint8Array.of(1), parameters: {}, createdAt: 7 };
    const change = { from: [], slots: [slot], resealed: undefined };
    assert.equal(await store.rekey({ ...change, head: BEFORE }), false);
    assert.deepEqual(await store.slots(), []);
    assert.equal(await store.rekey({ ...change, head: NOW }), true);
    assert.equal(await store.isRetired(NOW), false, "the slots alone were changed");
  });

  Deno.test("a write that waits while the key is changed is refused too", async () => {
    const server = await cluster();
    await using shared = await sharedDatabase(server, {});
    const [store] = shared.stores;
    assert.ok(store);
    await store.saveSetting("warm", sealed(BEFORE));
    const tables = ["slots", "accounts", "ids", "settings"].map((name) => `companion_token_server.${name}`);
    const changing = server.sql(
      shared.database.name,
      `BEGIN; LOCK TABLE ${tables.join(", ")} IN SHARE ROW EXCLUSIVE MODE;
       INSERT INTO companion_token_server.retired_keys VALUES (decode('010100000000000000', 'hex'));
       SELECT pg_sleep(1.5); COMMIT`,
    );
    const waiting = (what: string): Promise<void> =>
      until(what, async () =>
        await server.sql(
          "postgres",
          `SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = '${shared.database.name}' AND ${what}`,
        ) === "t");
    await waiting("wait_event = 'PgSleep'");
    const refused = assert.rejects(store.saveSetting("warm", sealed(BEFORE)), REFUSED);
    await waiting("wait_event_type = 'Lock'");
    await Promise.all([refused, changing]);
  });
});
