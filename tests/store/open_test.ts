import assert from "node:assert/strict";
import { AppError } from "../../src/core/error.ts";
import { openStore } from "../../src/store/open.ts";
import { namesIn, temporaryDirectory } from "../support/temporary_directory.ts";

Deno.test("openStore() opens the database in the data directory for sqlite:", async () => {
  using directory = temporaryDirectory();
  {
    await using _store = await openStore("sqlite:", directory.path, "companion-token-server 1.2.3");
  }
  assert.deepEqual(namesIn(directory.path), ["ballast", "companion-token-server.sqlite"]);
});

Deno.test("openStore() refuses other addresses by the setting's name, and repeats no password", async () => {
  using directory = temporaryDirectory();
  for (const url of ["mysql://me:canary@host/db", "sqlite:canary.sqlite", "canary", ""]) {
    await assert.rejects(() => openStore(url, directory.path, "companion-token-server 1.2.3"), (error) => {
      assert.ok(error instanceof AppError);
      assert.equal(error.code, "settings");
      assert.match(`${error.message} ${error.hint}`, /TOKEN_SERVER_STORE=sqlite:/);
      assert.ok(!`${error.message} ${error.hint}`.includes("canary"));
      return true;
    });
  }
  assert.deepEqual(namesIn(directory.path), []);
});
