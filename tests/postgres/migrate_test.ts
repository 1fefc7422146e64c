/** Moving the logins to a real PostgreSQL: what arrives, and what is there after a kill, a cut or a lie at any step. */
import assert from "node:assert/strict";
import { MOVED_TABLES } from "../../src/store/moved_tables.ts";
import {
  type MoveSource,
  moveStore,
  type MoveTarget,
  type StepName,
  takeBack,
} from "../../src/store/moving.ts";
import { openPostgresStore } from "../../src/store/postgres/open.ts";
import { openPostgresTarget } from "../../src/store/postgres/target.ts";
import { openSqliteStore } from "../../src/store/sqlite/open.ts";
import { openSqliteSource } from "../../src/store/sqlite/source.ts";
import { fillHouse, PROGRAM } from "../support/full_house.ts";
import type { PostgresCluster, TestDatabase } from "../support/postgres_cluster.ts";
import { pause, until, withPostgres } from "../support/postgres_scene.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";

const STEPS: readonly StepName[] = [
  "looked",
  "closed",
  ...MOVED_TABLES.map(({ name }): StepName => `copied ${name}`),
  "verified",
  "received",
  "done",
];

interface Stage extends AsyncDisposable {
  readonly path: string;
  readonly database: TestDatabase;
  readonly source: MoveSource;
  readonly target: MoveTarget;
}

async function stage(cluster: PostgresCluster): Promise<Stage> {
  const directory = temporaryDirectory();
  fillHouse(directory.path);
  const database = await cluster.database();
  const source = openSqliteSource(directory.path, PROGRAM);
  const target = await openPostgresTarget(database.url, PROGRAM);
  return {
    path: directory.path,
    database,
    source,
    target,
    async [Symbol.asyncDispose]() {
      source[Symbol.dispose]();
      await target[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
      directory[Symbol.dispose]();
    },
  };
}

/** What a store answers, whichever it is. */
async function everythingIn(
  store: Awaited<ReturnType<typeof openPostgresStore>> | ReturnType<typeof openSqliteStore>,
) {
  return {
    slots: await store.slots(),
    accounts: await store.accounts(),
    ids: await store.ids(),
    journal: await store.journal(),
    facts: [await store.facts("app-1"), await store.facts("app-2")],
    settings: [await store.setting("owner"), await store.setting("a sealed one"), await store.setting("Z")],
    ciphertexts: (await store.ciphertexts()).map(({ sealed, ...rest }) => ({ ...rest, sealed: [...sealed] })),
  };
}

function rowsIn(cluster: PostgresCluster, { name }: TestDatabase): Promise<string> {
  const counts = MOVED_TABLES.map((table) => `(SELECT count(*) FROM companion_token_server.${table.name})`);
  return cluster.sql(name, `SELECT ${counts.join(" + ")}`);
}

withPostgres((cluster) => {
  Deno.test("moveStore() brings everything that the store answers, in the same order", async () => {
    await using here = await stage(await cluster());
    const directory = temporaryDirectory();
    using _copy = directory;
    fillHouse(directory.path);
    using before = openSqliteStore(directory.path, PROGRAM);
    await moveStore(here.source, here.target);
    await using after = await openPostgresStore(here.database.url, PROGRAM);
    assert.deepEqual(await everythingIn(after), await everythingIn(before));
    assert.equal((await after.journal()).length, 1, "an open refresh stays open");
  });

  for (const step of STEPS) {
    Deno.test(`store migrate that is killed at "${step}" is finished by another run`, async () => {
      await using here = await stage(await cluster());
      const { path, database } = here;
      await killedAt(step, path, database.url);
      const closed = step !== "looked";
      const open = () => openSqliteStore(path, PROGRAM)[Symbol.dispose]();
      if (closed) assert.throws(open, { code: "settings" });
      else open();
      const whole = step === "received" || step === "done";
      // The database server learns of the death by the connection's end.
      await until("the transaction of the dead ended", async () =>
        await (await cluster()).sql(
          database.name,
          "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'",
        ) === "0");
      if (await tables(await cluster(), database)) {
        assert.equal(await rowsIn(await cluster(), database), whole ? "15" : "0", "all or nothing");
      }
      const outcome = await moveStore(here.source, here.target);
      assert.equal(outcome.already, step === "done");
      assert.equal(await rowsIn(await cluster(), database), "15");
      assert.equal((await moveStore(here.source, here.target)).already, true);
    });
  }

  Deno.test("moveStore() moves nothing into a database that holds something, and leaves both as they are", async () => {
    await using here = await stage(await cluster());
    {
      await using store = await openPostgresStore(here.database.url, "an earlier one 1.0.0");
      await store.saveSetting("form secret", Uint8Array.of(65));
    }
    await assert.rejects(moveStore(here.source, here.target), { code: "exists" });
    openSqliteStore(here.path, PROGRAM)[Symbol.dispose]();
    assert.equal(await rowsIn(await cluster(), here.database), "1");
    const opened = "SELECT value FROM companion_token_server.meta WHERE name = 'opened_by'";
    assert.equal(await (await cluster()).sql(here.database.name, opened), "an earlier one 1.0.0");
  });

  Deno.test("moveStore() notices what the database changes on its way in, and undoes all of it", async () => {
    await using here = await stage(await cluster());
    await (await openPostgresStore(here.database.url, PROGRAM))[Symbol.asyncDispose]();
    const sql = async (text: string) => await (await cluster()).sql(here.database.name, text);
    await sql(`CREATE FUNCTION plant() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN NEW.generation := NEW.generation + 1; RETURN NEW; END $$;
      CREATE TRIGGER plant BEFORE INSERT ON companion_token_server.accounts FOR EACH ROW EXECUTE FUNCTION plant()`);
    await assert.rejects(moveStore(here.source, here.target), {
      code: "database_damaged",
      message: /keeps of accounts is not what it was given/,
    });
    assert.equal(await rowsIn(await cluster(), here.database), "0");
    openSqliteStore(here.path, PROGRAM)[Symbol.dispose]();
    await sql("DROP TRIGGER plant ON companion_token_server.accounts");
    await moveStore(here.source, here.target);
  });

  Deno.test("moveStore() that a trigger of somebody else's refuses leaves the logins open, or says how to open them", async () => {
    // A trigger that is deferred speaks in answer to COMMIT: then it counts as not known.
    const refused = /the new store refuses them \(PostgreSQL says PQ042 \(exec_stmt_raise\)\)$/;
    for (const deferred of [false, true]) {
      await using here = await stage(await cluster());
      await (await openPostgresStore(here.database.url, PROGRAM))[Symbol.asyncDispose]();
      const sql = async (text: string) => await (await cluster()).sql(here.database.name, text);
      const when = deferred ? "CONSTRAINT TRIGGER odd AFTER INSERT" : "TRIGGER odd BEFORE INSERT";
      await sql(`CREATE FUNCTION odd() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'PQ042', MESSAGE = 'canary'; END $$;
        CREATE ${when} ON companion_token_server.ids ${deferred ? "DEFERRABLE INITIALLY DEFERRED" : ""}
        FOR EACH ROW EXECUTE FUNCTION odd()`);
      await assert.rejects(moveStore(here.source, here.target), {
        ...{ code: "database_damaged", message: refused },
        hint: deferred ? /store reopen$/ : /triggers and rules/,
      });
      assert.equal(here.source.mark() !== undefined, deferred);
      assert.equal(await rowsIn(await cluster(), here.database), "0");
      if (!deferred) openSqliteStore(here.path, PROGRAM)[Symbol.dispose]();
      await sql("DROP TRIGGER odd ON companion_token_server.ids");
      await moveStore(here.source, here.target);
    }
  });

  Deno.test("moveStore() keeps what an earlier run's COMMIT has brought after the first look", async () => {
    await using here = await stage(await cluster());
    const { source, target } = here;
    const killed: MoveSource = { ...bound(source), settle: () => assert.fail("killed") };
    await assert.rejects(moveStore(killed, target), { message: "killed" });
    assert.equal(source.mark()?.done, false);
    const late: MoveTarget = {
      shown: target.shown,
      standing: () => Promise.resolve({ kind: "empty", takenBack: undefined }),
      receive: (...given) => target.receive(...given),
      giveBack: (...given) => target.giveBack(...given),
    };
    await moveStore(source, late);
    assert.equal(source.mark()?.done, true);
    assert.equal(await rowsIn(await cluster(), here.database), "15");
  });

  Deno.test("moveStore() and a server that opens the database keep out of each other's way", async () => {
    await using here = await stage(await cluster());
    await using store = await openPostgresStore(here.database.url, PROGRAM);
    {
      await using _lease = await store.shared.lease("opening");
      await assert.rejects(moveStore(here.source, here.target), { code: "busy" });
      openSqliteStore(here.path, PROGRAM)[Symbol.dispose]();
    }
    let asked = false;
    await moveStore(here.source, here.target, async (step) => {
      if (step !== "copied slots") return;
      asked = true;
      await assert.rejects(store.shared.lease("opening"), { code: "store_away" });
    });
    assert.ok(asked, "nobody makes a data key meanwhile");
    await using lease = await store.shared.lease("opening");
    assert.ok(lease !== undefined);
  });

  Deno.test("takeBack() empties a database that was opened only, and refuses one whose login was used", async () => {
    await using here = await stage(await cluster());
    const { source, target, database } = here;
    const mark = () => source.mark() ?? assert.fail("it is closed");
    await moveStore(source, target);
    {
      await using store = await openPostgresStore(database.url, PROGRAM);
      await store.saveSetting("form secret", Uint8Array.of(65));
    }
    await takeBack(source, mark(), target);
    assert.equal(await rowsIn(await cluster(), database), "0");
    openSqliteStore(here.path, PROGRAM)[Symbol.dispose]();

    await moveStore(source, target);
    await using store = await openPostgresStore(database.url, PROGRAM);
    const account = await store.account("key-1") ?? assert.fail("it was moved");
    await store.beginRefresh(account, { account: "key-1", generation: 2, digest: "ef".repeat(32), at: 1 });
    await assert.rejects(takeBack(source, mark(), target), { code: "exists" });
    assert.throws(() => openSqliteStore(here.path, PROGRAM), { code: "settings" });
    assert.equal((await store.accounts()).length, 3);
  });

  Deno.test("moveStore() whose connection breaks says whether anything can have arrived, and goes on", async () => {
    // After the last step the end of the connection may be seen before COMMIT is sent, or after.
    for (const last of ["copied ids", "verified"]) {
      await using here = await stage(await cluster());
      const cut = async () => {
        const others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity " +
          "WHERE datname = current_database() AND pid <> pg_backend_pid()";
        await (await cluster()).sql(here.database.name, others);
      };
      const failed = await moveStore(here.source, here.target, (step) => step === last ? cut() : undefined)
        .then(() => assert.fail("it was cut"), (error) => error);
      assert.equal(failed.code, "store_away", String(failed));
      const certain = /^Nothing was moved/.test(failed.hint);
      assert.equal(here.source.mark() === undefined, certain);
      assert.ok(certain || last === "verified" && /is not known/.test(failed.hint), failed.hint);
      assert.equal(await rowsIn(await cluster(), here.database), "0");
      await moveStore(here.source, here.target);
      assert.equal(await rowsIn(await cluster(), here.database), "15");
    }
  });

  Deno.test("a thousand accounts are moved in one go", async () => {
    await using here = await stage(await cluster());
    const rows = here.source.contents();
    const [account = {}, id = {}] = [rows.accounts[0], rows.ids[0]];
    const numbers = Array.from({ length: 1000 }, (_, at) => at);
    const many = {
      ...rows,
      journal: [],
      accounts: numbers.map((at) => ({ ...account, key: `k${at}`, alias: `a${at}`, twitch_id: `t${at}` })),
      ids: numbers.map((at) => ({ ...id, digest: `d${at}`, account: `k${999 - at}` })),
    };
    const big: MoveSource = { ...bound(here.source), contents: () => many };
    await moveStore(big, here.target);
    await using store = await openPostgresStore(here.database.url, PROGRAM);
    assert.deepEqual((await store.ids()).map(({ digest }) => digest), numbers.map((at) => `d${at}`));
  });
});

/** Its methods, which want their own object. */
function bound(source: MoveSource): MoveSource {
  return {
    mark: () => source.mark(),
    close: (id, to) => source.close(id, to),
    settle: () => source.settle(),
    reopen: () => source.reopen(),
    contents: () => source.contents(),
  };
}

async function tables(cluster: PostgresCluster, { name }: TestDatabase): Promise<boolean> {
  return await cluster.sql(name, "SELECT to_regclass('companion_token_server.journal') IS NOT NULL") === "t";
}

/** SIGKILL while a process of its own stands still after a step. */
async function killedAt(step: StepName, path: string, url: string): Promise<void> {
  const root = new URL("../../", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...[
        "run",
        "--frozen",
        `--lock=${root}tests/deno.lock`,
        `--import-map=${root}tests/import_map.json`,
        "-A",
      ],
      ...[`${root}tests/support/store_mover.ts`, path, url, step],
    ],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let said = "";
  while (!said.includes(`at ${step}\n`)) {
    const { value, done } = await reader.read();
    assert.ok(!done, `it ended before ${step}: ${said}`);
    said += value;
  }
  child.kill("SIGKILL");
  await child.status;
  while (!(await reader.read()).done) await pause(0);
}
