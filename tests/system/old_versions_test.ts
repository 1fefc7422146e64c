/** What earlier versions have left is opened, migrated and served by the real program, and one version back runs again. */
import assert from "node:assert/strict";
import { everythingLeft, type Left, placeLeft } from "../fixtures/left.ts";
import { type Ended, type Make, makes, runCommand, startServer } from "../support/real_program.ts";
import { namesIn, temporaryDirectory } from "../support/temporary_directory.ts";

/** The executable of the version before this one: the release names it, in other places there is none. */
const PREVIOUS = Deno.env.get("TOKEN_SERVER_PREVIOUS_EXECUTABLE") || undefined;
/** Nobody listens there: whatever is answered comes out of the data. */
const AWAY = { TWITCH_AUTH_URL: "http://127.0.0.1:1/oauth2", TWITCH_API_URL: "http://127.0.0.1:1/helix" };

/** Every id that was left is answered with the token that was left. */
async function assertServes(make: Make, directory: string, { settings, logins }: Left): Promise<void> {
  await using server = await startServer({ make, directory, env: { ...settings, ...AWAY } });
  for (const { alias, id, token } of logins) {
    const answer = await fetch(`${server.origin}/token?id=${id}`);
    assert.equal(await answer.text(), token, alias);
  }
  const listed = await run(make, directory, ["accounts", "list", "--json"]);
  const accounts: { alias: string; id: string }[] = JSON.parse(listed.stdout);
  assert.deepEqual(accounts.map(({ id }) => id), logins.map(({ id }) => id));
  assert.equal((await server.stop()).code, 0);
}

async function run(make: Make, directory: string, words: readonly string[]): Promise<Ended> {
  const ended = await runCommand({ make, directory, env: AWAY }, words);
  assert.equal(ended.code, 0, ended.stdout + ended.stderr);
  return ended;
}

for (const make of makes()) {
  for (const left of everythingLeft()) {
    Deno.test(`${make.name}: the data directory of schema ${left.schema} is served, and its copy kept`, async () => {
      using directory = temporaryDirectory();
      placeLeft(left, `${directory.path}/data`);
      await assertServes(make, directory.path, left);
      const copies = namesIn(`${directory.path}/data`).filter((name) => name.startsWith("before-schema-"));
      assert.equal(copies.length, left.schema < everythingLeft().length ? 1 : 0);
      await assertServes(make, directory.path, left);
    });

    Deno.test({
      name: `${make.name}: the backup of schema ${left.schema} is restored on a blank machine and served`,
      // The program of schema 1 made none.
      ignore: !left.hasBackup,
      async fn() {
        using directory = temporaryDirectory();
        await Deno.writeTextFile(`${directory.path}/passphrase`, `${left.passphrase}\n`);
        const words = ["restore", `${left.folder}made.backup`, "--passphrase-file", "passphrase"];
        await run(make, directory.path, words);
        await assertServes(make, directory.path, left);
      },
    });

    Deno.test({
      name:
        `${make.name}: the version before runs again on the data of schema ${left.schema} once they were migrated`,
      ignore: PREVIOUS === undefined,
      async fn() {
        using directory = temporaryDirectory();
        const before = { name: "the version before", command: PREVIOUS ?? "", args: [], env: make.env };
        placeLeft(left, `${directory.path}/data`);
        await assertServes(make, directory.path, left);
        await assertServes(before, directory.path, left);
        await assertServes(make, directory.path, left);
      },
    });
  }
}
