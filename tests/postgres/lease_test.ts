import assert from "node:assert/strict";
import type { LeaseTimes } from "../../src/store/postgres/leases.ts";
import { anAccount, anEntry, anId } from "../support/account_samples.ts";
import { pause, sharedDatabase, until, withPostgres } from "../support/postgres_scene.ts";

/** Nothing is renewed in time. */
const SHORT: LeaseTimes = { duration: 600, renewEach: 60_000, margin: 200 };
const RENEWED: LeaseTimes = { duration: 800, renewEach: 150, margin: 200 };
const NAME = "account key-1";
const BUSY = { code: "busy", message: /another instance has taken this login over/ };

withPostgres((cluster) => {
  Deno.test("lease() is held by one store at a time, and free when given back", async () => {
    await using shared = await sharedDatabase(await cluster(), {}, {});
    const [a, b] = shared.stores;
    assert.ok(a && b);
    const lease = await a.shared.lease("x");
    assert.equal(lease?.held, true);
    assert.equal(await b.shared.lease("x"), undefined);
    assert.equal(await a.shared.lease("x"), undefined, "another holder in the same process");
    const other = await b.shared.lease("y");
    assert.equal(other?.held, true);
    await lease?.[Symbol.asyncDispose]();
    await lease?.[Symbol.asyncDispose]();
    assert.equal(lease?.held, false);
    assert.equal((await b.shared.lease("x"))?.held, true);
    assert.equal(await a.shared.lease("x"), undefined);
  });

  Deno.test("lease() goes to one of many who ask at once, in one process and in two", async () => {
    await using shared = await sharedDatabase(await cluster(), {}, {});
    for (let round = 0; round < 5; round++) {
      const asked = shared.stores.flatMap((store) =>
        [1, 2, 3, 4].map(() => store.shared.lease(`x ${round}`))
      );
      const got = (await Promise.all(asked)).filter((lease) => lease !== undefined);
      assert.equal(got.length, 1);
    }
  });

  Deno.test("a lease that is not renewed is taken over, and its fence is refused", async () => {
    await using shared = await sharedDatabase(await cluster(), { lease: SHORT }, {});
    const [a, b] = shared.stores;
    assert.ok(a && b);
    await a.add(anAccount(), anId());
    await using lease = await a.shared.lease(NAME);
    assert.equal(await a.beginRefresh(anAccount(), anEntry()), true);
    await pause(SHORT.duration - SHORT.margin);
    assert.equal(lease?.held, false, "held ends before the lease does");
    await until("the lease runs out", async () => {
      const taken = await b.shared.lease(NAME);
      return taken !== undefined;
    });
    const late = anAccount({ revision: 2, generation: 2 });
    await assert.rejects(a.endRefresh(late), BUSY);
    await assert.rejects(a.replace(late), BUSY);
    await assert.rejects(a.beginRefresh(late, anEntry({ at: 9 })), BUSY);
    assert.deepEqual(await b.accounts(), [anAccount({ revision: 2 })]);
    assert.deepEqual(await b.journal(), [anEntry()]);
    assert.equal(await b.endRefresh(late), true, "the one who holds it writes");
  });

  Deno.test("a fence that has run out is refused though nobody has taken the lease", async () => {
    await using shared = await sharedDatabase(await cluster(), { lease: SHORT });
    const [a] = shared.stores;
    assert.ok(a);
    await a.add(anAccount(), anId());
    const lease = await a.shared.lease(NAME);
    assert.equal(await a.replace(anAccount()), true);
    await pause(SHORT.duration + 50);
    await assert.rejects(a.replace(anAccount({ revision: 2 })), BUSY);
    await lease?.[Symbol.asyncDispose]();
    assert.equal(await a.replace(anAccount({ revision: 2 })), true, "without a lease nothing is asked");
  });

  Deno.test("lease() forgets what ran out long ago, and no fence comes again", async () => {
    const server = await cluster();
    await using shared = await sharedDatabase(server, { lease: SHORT }, {});
    const [a, b] = shared.stores;
    assert.ok(a && b);
    const sql = (text: string): Promise<string> => server.sql(shared.database.name, text);
    await a.add(anAccount(), anId());
    await using dead = await a.shared.lease(NAME);
    assert.ok(dead);
    const fence = `SELECT fence FROM companion_token_server.leases WHERE name = '${NAME}'`;
    const before = Number(await sql(fence));
    await sql(`UPDATE companion_token_server.leases SET until = now() - interval '2 hours';
      INSERT INTO companion_token_server.leases (name, holder, until)
      SELECT 'state ' || at, 'dead', now() - interval '61 minutes' FROM generate_series(1, 12) AS at
      UNION ALL SELECT 'a moment ago', 'other', now() - interval '59 minutes'
      UNION ALL SELECT 'serving cut-off', 'other', now() - interval '29 days'
      UNION ALL SELECT 'serving dead', 'dead', now() - interval '31 days'`);
    for (const name of ["x", "y"]) assert.ok(await b.shared.lease(name));
    const names = "SELECT string_agg(name, ' ' ORDER BY name) FROM companion_token_server.leases";
    assert.equal(await sql(names), "a moment ago serving cut-off x y");
    await assert.rejects(a.replace(anAccount()), BUSY);
    assert.ok(await b.shared.lease(NAME));
    assert.ok(Number(await sql(fence)) > before);
    await assert.rejects(a.replace(anAccount()), BUSY);
  });

  Deno.test("a lease is renewed for as long as it is held", async () => {
    await using shared = await sharedDatabase(await cluster(), { lease: RENEWED }, {});
    const [a, b] = shared.stores;
    assert.ok(a && b);
    await a.add(anAccount(), anId());
    const lease = await a.shared.lease(NAME);
    const end = performance.now() + 3 * RENEWED.duration;
    while (performance.now() < end) {
      assert.equal(lease?.held, true);
      assert.equal(await b.shared.lease(NAME), undefined);
      await pause(50);
    }
    assert.equal(await a.replace(anAccount()), true);
    await lease?.[Symbol.asyncDispose]();
    assert.ok(await b.shared.lease(NAME));
  });

  Deno.test("nobody takes a lease over between the check of a write and its commit", async () => {
    const server = await cluster();
    await using shared = await sharedDatabase(server, { lease: SHORT }, {});
    const [a, b] = shared.stores;
    assert.ok(a && b);
    await a.add(anAccount(), anId());
    await using lease = await a.shared.lease(NAME);
    assert.ok(lease);
    const locked = server.sql(
      shared.database.name,
      "BEGIN; SELECT key FROM companion_token_server.accounts FOR UPDATE; SELECT pg_sleep(1.5); COMMIT",
    );
    const waiting = (kind: string): string =>
      `SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = '${shared.database.name}' AND ${kind}`;
    await until(
      "the row is locked",
      async () => await server.sql("postgres", waiting("wait_event = 'PgSleep'")) === "t",
    );
    const write = a.replace(anAccount());
    await pause(SHORT.duration + 200);
    assert.equal(lease.held, false);
    assert.equal(await b.shared.lease(NAME), undefined, "it has run out, and its row is locked");
    assert.equal(await write, true);
    await locked;
    assert.ok(await b.shared.lease(NAME));
  });

  Deno.test("lease() takes a row back that names this process: the answer may have been lost", async () => {
    const server = await cluster();
    await using shared = await sharedDatabase(server, {}, {});
    const [a, b] = shared.stores;
    assert.ok(a && b);
    const first = await a.shared.lease("x");
    assert.ok(first);
    const holder = await server.sql(shared.database.name, "SELECT holder FROM companion_token_server.leases");
    await first[Symbol.asyncDispose]();
    await server.sql(
      shared.database.name,
      `INSERT INTO companion_token_server.leases (name, holder, until) VALUES ('x', '${holder}', now() + interval '40 s')`,
    );
    assert.equal(await b.shared.lease("x"), undefined);
    assert.equal((await a.shared.lease("x"))?.held, true);
  });

  Deno.test("a store that is disposed of leaves its leases to run out: what they are for may be under way", async () => {
    await using shared = await sharedDatabase(await cluster(), {}, {});
    const [a, b] = shared.stores;
    assert.ok(a && b);
    const lease = await a.shared.lease("x");
    assert.ok(lease);
    await a[Symbol.asyncDispose]();
    assert.equal(lease.held, false);
    assert.equal(await b.shared.lease("x"), undefined);
  });

  Deno.test("a process that stood still longer than its lease cannot write over the next holder", async () => {
    await using shared = await sharedDatabase(await cluster(), {});
    const [store] = shared.stores;
    assert.ok(store);
    await store.add(anAccount(), anId());
    const path = new URL("../support/postgres_holder.ts", import.meta.url).pathname;
    const args = [
      "run",
      "--no-check",
      "--frozen",
      "--lock=tests/deno.lock",
      "--import-map=tests/import_map.json",
      "-A",
    ];
    await using child = new Deno.Command(Deno.execPath(), {
      args: [...args, path, shared.database.url],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    assert.equal((await lines.read()).value, "held true\n");
    child.kill("SIGSTOP");
    assert.equal(await store.shared.lease(NAME), undefined);
    await until("its lease runs out", async () => await store.shared.lease(NAME) !== undefined);
    assert.equal(await store.replace(anAccount({ label: "theirs" })), true);
    child.kill("SIGCONT");
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode("write\n"));
    await writer.close();
    assert.equal((await lines.read()).value, "held false busy\n");
    assert.equal((await lines.read()).done, true);
    assert.deepEqual(await store.accounts(), [anAccount({ label: "theirs", revision: 2 })]);
  });
});
