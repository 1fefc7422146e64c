import assert from "node:assert/strict";
import { namesPostgres, postgresAddress } from "../../src/store/postgres/address.ts";

const USUAL = "postgres://companion:pw@db.example/logins";

Deno.test("postgresAddress() reads every part, and knows what is usual", () => {
  const { password, ...rest } = postgresAddress(
    "postgresql://co%40mp:p:w%2F%40é@db.example:6432/my%20logins",
  );
  assert.equal(password.reveal(), "p:w/@é");
  assert.deepEqual(rest, {
    ...{ host: "db.example", port: 6432, socket: undefined, user: "co@mp", database: "my logins" },
    ...{ proof: "full", rootCertificates: undefined, pool: 5, connectTimeout: 5, prepare: true },
  });
});

Deno.test("postgresAddress() reads its parameters", () => {
  const query = "sslmode=verify-ca&sslrootcert=/etc/a%20b.pem&pool=10&connect_timeout=2&prepare=false";
  const { proof, rootCertificates, pool, connectTimeout, prepare } = postgresAddress(`${USUAL}?${query}`);
  assert.deepEqual([proof, rootCertificates, pool, connectTimeout, prepare], [
    "ca",
    "/etc/a b.pem",
    10,
    2,
    false,
  ]);
});

Deno.test("postgresAddress() asks for a certificate of every server that is not on this machine", () => {
  const proofOf = (place: string, query = ""): string =>
    postgresAddress(`postgres://u@${place}/d${query}`).proof;
  for (
    const here of ["localhost", "127.0.0.1", "127.9.0.1:5433", "[::1]", "[::1]:5433", "%2Frun%2Fpostgresql"]
  ) {
    assert.equal(proofOf(here), "none", here);
  }
  for (
    const there of ["db", "10.0.0.1", "[fe80::1]", "localhost.example", "127.0.0.1.example", "1127.0.0.1"]
  ) {
    assert.equal(proofOf(there), "full", there);
  }
  assert.equal(proofOf("localhost", "?sslmode=verify-full"), "full");
  assert.equal(proofOf("localhost", "?sslrootcert=a"), "full");
  assert.equal(proofOf("db", "?sslmode=require"), "anyone");
  assert.equal(proofOf("db", "?sslmode=disable"), "none");
});

Deno.test("postgresAddress() finds a Unix socket by its folder", () => {
  for (
    const url of [
      "postgres://u@/d?host=/run/pg",
      "postgres://u@%2Frun%2Fpg/d",
      "postgres://u@:5432/d?host=%2Frun%2Fpg",
    ]
  ) {
    const { host, socket } = postgresAddress(url);
    assert.deepEqual([host, socket], [undefined, "/run/pg/.s.PGSQL.5432"], url);
  }
});

Deno.test("postgresAddress() says what is wrong, and repeats nothing of user and password", () => {
  const wrong: readonly (readonly [url: string, message: RegExp])[] = [
    ["postgres:", /no address of the form/],
    ["mysql://canary:canary@h/d", /no address of the form/],
    ["postgres://canary:canary@h:port/d", /host or port/],
    ["postgres://canary:canary@a,b/d", /host or port/],
    ["postgres://canary:canary@h:0/d", /port is not between/],
    ["postgres://canary:canary@h:70000/d", /port is not between/],
    ["postgres://canary:canary@/d", /names no host/],
    ["postgres://:canary@h/d", /names no user/],
    ["postgres://h/d", /names no user/],
    ["postgres://canary:canary@h", /names no database/],
    ["postgres://canary:canary@h/", /names no database/],
    ["postgres://canary:canary%@h/d", /begins no %XX/],
    ["postgres://canary:canary@h/d?password=canary", /not known here; those that are: sslmode/],
    ["postgres://canary:canary@h/d?sslmode=prefer", /sslmode is none of disable, require/],
    ["postgres://canary:canary@h/d?pool=0", /pool is no number from 1 to 50/],
    ["postgres://canary:canary@h/d?pool=many", /pool is no number/],
    ["postgres://canary:canary@h/d?connect_timeout=600", /connect_timeout is no number from 1 to 60/],
    ["postgres://canary:canary@h/d?prepare=0", /prepare is none of true, false/],
  ];
  for (const [url, message] of wrong) {
    assert.throws(() => postgresAddress(url), (error: Error & { code?: string; hint?: string }) => {
      assert.equal(error.code, "settings", url);
      assert.match(error.message, message, url);
      assert.match(error.message, /TOKEN_SERVER_STORE/);
      assert.match(error.hint ?? "", /TOKEN_SERVER_STORE=postgres:\/\//);
      assert.doesNotMatch(
        Deno.inspect(error, { showHidden: true }).replaceAll(/^.*file:.*$/gm, ""),
        /canary/,
        url,
      );
      return true;
    });
  }
  assert.doesNotMatch(Deno.inspect(postgresAddress(USUAL)), /pw/);
});

Deno.test("namesPostgres() tells addresses of PostgreSQL from others", () => {
  for (const url of ["postgres://", "postgresql://x", "POSTGRES://x", USUAL]) {
    assert.ok(namesPostgres(url), url);
  }
  for (const url of ["sqlite:", "mysql://x", "post", ""]) assert.ok(!namesPostgres(url), url);
});
