import assert from "node:assert/strict";
import { run } from "../../src/cli/run.ts";
import { takeLock } from "../../src/store/sqlite/lock.ts";
import { openSqliteStore } from "../../src/store/sqlite/open.ts";
import { openSqliteSource } from "../../src/store/sqlite/source.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { fillHouse, PROGRAM } from "../support/full_house.ts";
import { namesIn, temporaryDirectory } from "../support/temporary_directory.ts";

const PASSWORD = "canary-0123456789";
const TARGET = `postgres://companion:${PASSWORD}@db.invalid/logins`;

interface Said {
  readonly status: number;
  readonly printed: string;
  readonly complained: string;
}

/** A command on a data directory; `answer` is what somebody types, undefined that nobody is there. */
async function command(words: readonly string[], dataDir: string, answer?: string): Promise<Said> {
  const [printed, complained]: [string[], string[]] = [[], []];
  const status = await run(words, {
    env: { TOKEN_SERVER_DATA_DIR: dataDir },
    clock: new FakeClock(),
    terminal: {
      print: (text) => printed.push(text),
      complain: (text) => complained.push(text),
      isTerminal: false,
      hasKeyboard: answer !== undefined,
      readLine: () => Promise.resolve(answer),
    },
    onStop: () => ({ [Symbol.dispose]() {} }),
  });
  return { status, printed: printed.join("\n"), complained: complained.join("\n") };
}

/** Its logins have moved. */
function closeHouse(dataDir: string): void {
  fillHouse(dataDir);
  using source = openSqliteSource(dataDir, PROGRAM);
  source.close("id", "postgres://db.invalid:5432/logins");
  source.settle();
}

Deno.test("store migrate wants a database of PostgreSQL and says how to name it", async () => {
  using directory = temporaryDirectory();
  fillHouse(directory.path);
  const none = await command(["store", "migrate"], directory.path);
  assert.equal(none.status, 2);
  assert.match(
    none.complained,
    /no PostgreSQL database is named\n.*TOKEN_SERVER_STORE_FILE \(--store-file\)/,
  );
  for (const target of ["sqlite:", `mysql://u:${PASSWORD}@h/d`, `postgres://u:${PASSWORD}@h`]) {
    const { status, complained } = await command(["store", "migrate", target], directory.path);
    assert.equal(status, 2, target);
    assert.match(complained, /^Cannot move the logins: .*\n/);
    assert.ok(!complained.includes(PASSWORD));
  }
});

Deno.test("store migrate and store reopen make nothing where there are no logins", async () => {
  using directory = temporaryDirectory();
  for (const words of [["store", "migrate", TARGET], ["store", "reopen"]]) {
    const { status, complained } = await command(words, `${directory.path}/none`);
    assert.equal(status, 3);
    assert.match(complained, /there is no database\n.*TOKEN_SERVER_DATA_DIR/);
  }
  assert.deepEqual(namesIn(directory.path), []);
});

Deno.test("store migrate waits for no server, and warns of a password on the command line", async () => {
  using directory = temporaryDirectory();
  fillHouse(directory.path);
  using _lock = takeLock(directory.path);
  const { status, complained } = await command(["store", "migrate", TARGET], directory.path);
  assert.equal(status, 4);
  assert.match(complained, /can read the password in the list of processes/);
  assert.match(complained, /a server or a command works in .*\nStop the server first/);
  assert.ok(!complained.includes(PASSWORD));
  const without = await command(
    ["store", "migrate", "postgres://companion@db.invalid/logins"],
    directory.path,
  );
  assert.ok(!without.complained.includes("list of processes"));
});

Deno.test("store reopen leaves logins that are here alone", async () => {
  using directory = temporaryDirectory();
  fillHouse(directory.path);
  assert.deepEqual(await command(["store", "reopen"], directory.path), {
    status: 0,
    printed: "The logins are here: nothing was changed.",
    complained: "",
  });
  const json = await command(["store", "reopen", "--json"], directory.path);
  assert.deepEqual(JSON.parse(json.printed), { reopened: false });
});

Deno.test("store reopen --abandon says what may be lost and wants a yes", async () => {
  using directory = temporaryDirectory();
  closeHouse(directory.path);
  const abandon = ["store", "reopen", "--abandon"];
  assert.equal(
    (await command(["store", "reopen"], directory.path)).status,
    2,
    "the new store is to be asked",
  );
  for (const answer of [undefined, "no", ""]) {
    const { status, complained } = await command(abandon, directory.path, answer);
    assert.equal(status, 2);
    assert.match(complained, /If a server ever runs on postgres:\/\/db\.invalid:5432\/logins again/);
    assert.throws(() => openSqliteStore(directory.path, PROGRAM), { code: "settings" });
  }
  const { status, printed } = await command(abandon, directory.path, "yes");
  assert.equal(status, 0);
  assert.match(printed, /^The logins are here again\. Set TOKEN_SERVER_STORE=sqlite:/);
  using store = openSqliteStore(directory.path, PROGRAM);
  assert.equal(store.accounts().length, 3);
});
