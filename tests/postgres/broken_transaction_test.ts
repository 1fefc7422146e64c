import assert from "node:assert/strict";
import { postgresAddress } from "../../src/store/postgres/address.ts";
import { Connections } from "../../src/store/postgres/connections.ts";
import { pause, withPostgres } from "../support/postgres_scene.ts";

withPostgres((cluster) => {
  Deno.test("a transaction whose connection broke between two statements fails, and the process lives on", async () => {
    const server = await cluster();
    const database = await server.database();
    await using _database = database;
    {
      await using connections = new Connections(postgresAddress(database.url));
      for (const goOn of [true, false]) {
        const broken = connections.transaction(async (session) => {
          const [row] = await connections.send<{ pid: number }>(session, "SELECT pg_backend_pid() AS pid");
          await server.sql(database.name, `SELECT pg_terminate_backend(${row?.pid})`);
          // The end of the connection arrives.
          await pause(200);
          if (goOn) await connections.send(session, "SELECT 1");
        }, 5000);
        await assert.rejects(broken, { code: /CONNECTION_CLOSED|57P01/ });
        // What the client would write into the closed socket, it writes a moment later.
        await pause(100);
        assert.equal((await connections.ask("SELECT 1")).count, 1);
      }
    }
    // The client waits for no socket that it closes.
    await pause(300);
  });
});
