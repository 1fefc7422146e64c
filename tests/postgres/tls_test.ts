import assert from "node:assert/strict";
import { openPostgresStore } from "../../src/store/postgres/open.ts";
import { placeCertificates } from "../support/postgres_certificates.ts";
import { PASSWORD, PostgresCluster, USER } from "../support/postgres_cluster.ts";
import { pause, PROGRAM, withPostgres } from "../support/postgres_scene.ts";

const REFUSED = {
  name: "AppError",
  code: "settings",
  message: /certificate that can be trusted, or speaks no TLS$/,
};

/** A server that lets people in by TLS alone, with a certificate for these names. */
function secureCluster(names: string): Promise<PostgresCluster> {
  return PostgresCluster.start({
    before: (directory) => placeCertificates(directory, names),
    settings: ["ssl=on", "ssl_cert_file=DIRECTORY/server.pem", "ssl_key_file=DIRECTORY/server.key"],
    hba: ["hostssl all all all scram-sha-256"],
  });
}

async function open(cluster: PostgresCluster, host: string, query: string): Promise<void> {
  const url = `postgres://${USER}:${PASSWORD}@${host}:${cluster.port}/postgres?${query}`;
  await using store = await openPostgresStore(url, PROGRAM);
  await store.accounts();
  await using _follows = store.shared.follow(() => {});
  await using _lease = await store.shared.lease("x");
}

withPostgres((plain) => {
  Deno.test("a server is trusted by sslmode: with its authority's file and its name", async () => {
    await using cluster = await secureCluster("DNS:localhost");
    const root = `sslrootcert=${encodeURIComponent(`${cluster.directory}/ca.pem`)}`;
    await open(cluster, "localhost", `sslmode=verify-full&${root}`);
    await open(cluster, "localhost", root);
    await open(cluster, "localhost", "sslmode=require");
    await assert.rejects(
      open(cluster, "localhost", "sslmode=verify-full"),
      REFUSED,
      "an authority nobody knows",
    );
    await assert.rejects(open(cluster, "127.0.0.1", `sslmode=verify-full&${root}`), REFUSED, "another name");
    await open(cluster, "127.0.0.1", `sslmode=verify-ca&${root}`);
    await assert.rejects(open(cluster, "127.0.0.1", "sslmode=verify-ca"), REFUSED);
    await assert.rejects(open(cluster, "localhost", "sslmode=disable"), {
      code: "settings",
      message: /does not let this user in from here$/,
    });
    await assert.rejects(open(cluster, "localhost", "sslmode=verify-full&sslrootcert=/nowhere"), {
      code: "settings",
      message: /file of sslrootcert cannot be read$/,
    });
  });

  Deno.test("a server may show a certificate for its address", async () => {
    await using cluster = await secureCluster("IP:127.0.0.1");
    const root = `sslrootcert=${cluster.directory}/ca.pem`;
    await open(cluster, "127.0.0.1", `sslmode=verify-full&${root}`);
    await assert.rejects(open(cluster, "localhost", `sslmode=verify-full&${root}`), REFUSED);
  });

  Deno.test("where sslmode asks for TLS nothing is sent to a server that has none", async () => {
    const cluster = await plain();
    await assert.rejects(open(cluster, "localhost", "sslmode=require"), {
      name: "AppError",
      code: "store_away",
    });
    await open(cluster, "localhost", "");
    // The socket of the refused one is closed a moment later than the client says.
    await pause(100);
  });

  Deno.test("the Unix socket of a server needs no TLS", async () => {
    const cluster = await plain();
    const url = `postgres://${USER}:${PASSWORD}@:${cluster.port}/postgres?host=${cluster.directory}`;
    {
      await using store = await openPostgresStore(url, PROGRAM);
      assert.deepEqual(await store.accounts(), []);
    }
    // The runtime says at once that a Unix socket is closed, and closes it a moment later.
    await pause(100);
  });
});
