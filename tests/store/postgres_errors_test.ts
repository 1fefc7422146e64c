import assert from "node:assert/strict";
import { AppError } from "../../src/core/error.ts";
import { isBroken, storeError } from "../../src/store/postgres/errors.ts";

function coded(code: string, message = "canary"): Error {
  return Object.assign(new Error(message), {
    code,
    detail: "canary",
    query: "canary",
    parameters: ["canary"],
  });
}

function meant(code: string): readonly [unknown, unknown] {
  const [opening, running] = [
    storeError(coded(code), "do it", "opening"),
    storeError(coded(code), "do it", "running"),
  ];
  return [opening instanceof AppError && opening.code, running instanceof AppError && running.code];
}

Deno.test("storeError() says store_away of everything that passes when the server is well again", () => {
  const codes =
    "08006 08000 53100 53200 53300 57P01 57P03 57014 55P03 25P03 25006 40001 40P01 58030 58000 ECONNREFUSED " +
    "ECONNRESET EPIPE ETIMEDOUT ENOTFOUND EAI_AGAIN ENOENT EHOSTUNREACH CONNECT_TIMEOUT CONNECTION_CLOSED CONNECTION_ENDED " +
    "CONNECTION_DESTROYED OVERDUE";
  for (const code of codes.split(" ")) assert.deepEqual(meant(code), ["store_away", "store_away"], code);
});

Deno.test("storeError() says settings of a server that refuses us at the start, and store_away later", () => {
  for (const code of ["28P01", "28000", "3D000", "42501", "08P01", "26000", "SASL_SIGNATURE_MISMATCH"]) {
    assert.deepEqual(meant(code), ["settings", "store_away"], code);
  }
  const certificate = new Error("invalid peer certificate: UnknownIssuer");
  assert.equal((storeError(certificate, "do it", "opening") as AppError).code, "settings");
});

Deno.test("storeError() says database_damaged and exists", () => {
  for (const code of ["42P01", "42703", "42883", "XX001"]) {
    assert.deepEqual(meant(code), ["database_damaged", "database_damaged"], code);
  }
  assert.deepEqual(meant("23505"), ["exists", "exists"]);
});

Deno.test("storeError() keeps nothing of what was asked, neither in what it knows nor in what it does not", () => {
  for (const code of ["42P01", "57014", "22P02", "42601", "23514", "P0001", "XX000", "ECONNRESET"]) {
    const error = storeError(coded(code), "do it", "running");
    assert.ok(error instanceof Error);
    const printed = Deno.inspect(error, { showHidden: true, depth: 9 });
    assert.doesNotMatch(printed, /canary/, code);
    assert.match(printed, new RegExp(code));
  }
  assert.match(Deno.inspect(coded("42601"), { showHidden: true }), /canary/, "positive control");
});

Deno.test("storeError() leaves alone what is foreseen already", () => {
  const error = new AppError("busy", "Cannot do it: busy");
  assert.equal(storeError(error, "do it", "running"), error);
});

Deno.test("isBroken() is true of connections that were cut, and of no refusal", () => {
  for (const code of ["CONNECTION_CLOSED", "ECONNRESET", "57P01"]) assert.ok(isBroken(coded(code)), code);
  for (const code of ["ECONNREFUSED", "OVERDUE", "57014", "23505", "28P01"]) {
    assert.ok(!isBroken(coded(code)), code);
  }
});
