import assert from "node:assert/strict";
import type { Sealed } from "../../src/core/account.ts";
import { anAccount, anId } from "../support/account_samples.ts";
import { pause, sharedDatabase, withPostgres } from "../support/postgres_scene.ts";

withPostgres((cluster) => {
  Deno.test("replaceSetting() loses none of what many add at once", async () => {
    await using shared = await sharedDatabase(await cluster(), {}, {});
    const { stores } = shared;
    const adders = Array.from({ length: 20 }, async (_, number) => {
      const store = stores[number % 2];
      assert.ok(store);
      while (true) {
        const before = await store.setting("list");
        const list: number[] = before === undefined ? [] : JSON.parse(new TextDecoder().decode(before));
        const value = new TextEncoder().encode(JSON.stringify([...list, number]));
        if (await store.replaceSetting("list", before, value)) return;
      }
    });
    await Promise.all(adders);
    const kept: number[] = JSON.parse(new TextDecoder().decode(await stores[0]?.setting("list")));
    assert.deepEqual(kept.toSorted((a, b) => a - b), Array.from({ length: 20 }, (_, number) => number));
  });

  Deno.test("replace() lets one of many through that have read the same revision", async () => {
    await using shared = await sharedDatabase(await cluster(), {}, {});
    await shared.stores[0]?.add(anAccount(), anId());
    const asked = Array.from(
      { length: 16 },
      (_, at) => shared.stores[at % 2]?.replace(anAccount({ label: `${at}` })),
    );
    assert.equal((await Promise.all(asked)).filter((done) => done === true).length, 1);
    assert.equal((await shared.stores[1]?.account("key-1"))?.revision, 2);
  });

  Deno.test("add() answers false to all but one that add the same login or id at once", async () => {
    await using shared = await sharedDatabase(await cluster(), {}, {});
    const logins = Array.from(
      { length: 8 },
      (_, at) =>
        shared.stores[at % 2]?.add(anAccount({ key: `${at}` }), anId({ account: `${at}`, digest: `${at}` })),
    );
    assert.equal((await Promise.all(logins)).filter((done) => done === true).length, 1);
    const ids = Array.from({ length: 8 }, (_, at) =>
      shared.stores[at % 2]?.add(
        anAccount({ key: `k${at}`, alias: `${at}`, twitchId: `${at}` }),
        anId({ account: `k${at}`, digest: "same" }),
      ));
    assert.equal((await Promise.all(ids)).filter((done) => done === true).length, 1);
    const accounts = await shared.stores[0]?.accounts();
    assert.deepEqual(
      (await shared.stores[0]?.ids())?.map(({ account }) => account),
      accounts?.map(({ key }) => key),
    );
    assert.equal(accounts?.length, 2);
  });

  Deno.test("rekey() waits for what is being written, and does not leave it under the old key", async () => {
    const server = await cluster();
    await using shared = await sharedDatabase(server, {});
    const [store] = shared.stores;
    assert.ok(store);
    await store.saveSetting("twitch_app", Uint8Array.of(1, 2));
    const resealed = (await store.ciphertexts()).map(({ place, sealed }) => (
      { place, was: sealed, sealed: Uint8Array.of(1, 9) as Sealed }
    ));
    const writing = server.sql(
      shared.database.name,
      `BEGIN; INSERT INTO companion_token_server.settings VALUES ('late', '\\x0101'); SELECT pg_sleep(1); COMMIT`,
    );
    await pause(400);
    assert.equal(await store.rekey({ head: new Uint8Array(9), from: [], slots: [], resealed }), false);
    await writing;
    assert.deepEqual(await store.setting("twitch_app"), Uint8Array.of(1, 2));
    assert.deepEqual(await store.setting("late"), Uint8Array.of(1, 1));
  });

  Deno.test("outline() gives every revision and when each id ends", async () => {
    await using shared = await sharedDatabase(await cluster(), {});
    const [store] = shared.stores;
    assert.ok(store);
    assert.deepEqual(await store.shared.outline(), { accounts: new Map(), ids: new Map() });
    await store.add(anAccount(), anId());
    await store.replace(anAccount());
    await store.addId(anId({ digest: "d2", endsAt: 7 }));
    assert.deepEqual(await store.shared.outline(), {
      accounts: new Map([["key-1", 2]]),
      ids: new Map([[anId().digest, undefined], ["d2", 7]]),
    });
  });

  Deno.test("countWrong() counts over all stores, forgets, and starts anew after a while", async () => {
    await using shared = await sharedDatabase(await cluster(), {}, {});
    const [a, b] = shared.stores;
    assert.ok(a && b);
    assert.equal(await a.shared.wrong("::1"), undefined);
    assert.deepEqual(await a.shared.countWrong("::1", 60_000), { count: 1, ago: undefined });
    const first = await b.shared.wrong("::1");
    assert.ok(first?.ago !== undefined && first.ago >= 0 && first.ago < 60_000);
    const second = await b.shared.countWrong("::1", 60_000);
    assert.ok(second.count === 2 && second.ago !== undefined && second.ago >= first.ago);
    await Promise.all(
      Array.from({ length: 10 }, (_, at) => (at % 2 ? a : b).shared.countWrong("::1", 60_000)),
    );
    assert.equal((await a.shared.wrong("::1"))?.count, 12);
    assert.equal(await a.shared.wrong("::2"), undefined);
    await pause(60);
    assert.deepEqual(await a.shared.countWrong("::1", 50), { count: 1, ago: undefined });
    await b.shared.forgetWrong("::1");
    assert.equal(await a.shared.wrong("::1"), undefined);
  });

  Deno.test("countWrong() keeps no address for longer than it counts", async () => {
    const server = await cluster();
    await using shared = await sharedDatabase(server, {});
    const [store] = shared.stores;
    assert.ok(store);
    for (let at = 0; at < 20; at++) await store.shared.countWrong(`old ${at}`, 10);
    await pause(50);
    await store.shared.countWrong("new", 60_000);
    await store.shared.countWrong("newer", 60_000);
    const kept = "SELECT string_agg(address, ' ' ORDER BY address) FROM companion_token_server.guesses";
    assert.equal(await server.sql(shared.database.name, kept), "new newer");
  });

  Deno.test("a text that holds NUL is kept, without it", async () => {
    await using shared = await sharedDatabase(await cluster(), {});
    const [store] = shared.stores;
    assert.ok(store);
    assert.equal(await store.add(anAccount({ label: "a\0b" }), anId()), true);
    assert.equal((await store.account("key-1"))?.label, "a\uFFFDb");
  });

  Deno.test("without prepared statements everything works as well", async () => {
    const server = await cluster();
    await using shared = await sharedDatabase(server, {});
    const { openPostgresStore } = await import("../../src/store/postgres/open.ts");
    await using store = await openPostgresStore(`${shared.database.url}?prepare=false&pool=1`, "x 1");
    assert.equal(await store.add(anAccount(), anId()), true);
    assert.deepEqual(await store.accounts(), [anAccount()]);
    assert.equal((await store.shared.lease("x"))?.held, true);
  });
});
