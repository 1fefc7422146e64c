import assert from "node:assert/strict";
import { postgresAddress } from "../../src/store/postgres/address.ts";
import { Connections } from "../../src/store/postgres/connections.ts";
import type { TestDatabase } from "../support/postgres_cluster.ts";
import { withPostgres } from "../support/postgres_scene.ts";

/** One connection, and a question is given up soon. */
function one({ url }: TestDatabase): Connections {
  return new Connections(postgresAddress(`${url}${url.includes("?") ? "&" : "?"}pool=1`), 400);
}

const LIMIT = 60_000;

withPostgres((cluster) => {
  Deno.test("a question that waits for a connection is given up, and the transaction that has it is not", async () => {
    await using database = await (await cluster()).database();
    await using connections = one(database);
    const { promise: goOn, resolve } = Promise.withResolvers<void>();
    await connections.ask("CREATE TABLE kept (a integer)");
    const done = connections.transaction(async (session) => {
      await connections.send(session, "INSERT INTO kept VALUES (1)");
      await goOn;
      return await connections.send<{ a: number }>(session, "INSERT INTO kept VALUES (2) RETURNING a");
    }, LIMIT);
    await assert.rejects(connections.ask("SELECT 1"), { code: "OVERDUE" });
    assert.equal((await connections.ask("SELECT 1")).length, 1, "the next one has a connection of its own");
    resolve();
    assert.deepEqual([...await done], [{ a: 2 }]);
    assert.equal((await connections.ask("SELECT FROM kept")).length, 2);
  });

  Deno.test("connections that are closed wait for no transaction, one in a pool that was given up neither", async () => {
    await using database = await (await cluster()).database();
    const connections = one(database);
    const begun = Promise.withResolvers<void>();
    const broken = connections.transaction(async (session) => {
      await connections.send(session, "SELECT 1");
      begun.resolve();
      await connections.send(session, "SELECT pg_sleep(2)");
    }, LIMIT).catch((error) => error);
    await begun.promise;
    await assert.rejects(connections.ask("SELECT 1"), { code: "OVERDUE" });
    await connections[Symbol.asyncDispose]();
    assert.match((await broken).code, /^CONNECTION_/);
  });
});
