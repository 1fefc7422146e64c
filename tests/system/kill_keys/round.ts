/** One round: a process is killed while it changes keys, and everything is looked at with what the person has. */
import assert from "node:assert/strict";
import { AppError } from "../../../src/core/error.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import type { SqliteStore } from "../../../src/store/sqlite/store.ts";
import { takeLock } from "../../../src/store/sqlite/lock.ts";
import { runCommand } from "../../support/real_program.ts";
import { assertWhole, fill, type Opened, openKeys, typedFor, typedKey } from "../../support/key_place.ts";
import { namesIn, temporaryDirectory } from "../../support/temporary_directory.ts";
import { type Act, CODES, PASSPHRASES } from "./acts.ts";
import type { Careless, Orders } from "./child.ts";

const CHILD = new URL("child.ts", import.meta.url).pathname;
const ROOT = new URL("../../../", import.meta.url).pathname;
/** What may lie in the data directory when all is done. */
const LEFT = /^(companion-token-server\.sqlite(-wal|-shm)?|lock|ballast|key)$/;

/** Which key opened the logins after a death. */
export type Fate = "old" | "new";

/** Kills one child at one step; `death` counts from 1, left out the child lives. Answers the steps that it told. */
export async function playRound(act: Act, death?: number, careless?: Careless): Promise<{
  readonly steps: readonly string[];
  readonly fate: Fate;
}> {
  using directory = temporaryDirectory();
  const place = { path: directory.path, dataDir: `${directory.path}/data` };
  await prepare(act, place);
  const before = await slotsIn(place);
  const steps = await runChild(act, place, death, careless);
  const fate = before.join() === (await slotsIn(place)).join() ? "old" : "new";
  await lookAfter(act, place);
  return { steps, fate };
}

interface Place {
  readonly path: string;
  readonly dataDir: string;
}

async function runChild(
  act: Act,
  { path, dataDir }: Place,
  death: number | undefined,
  careless: Careless | undefined,
): Promise<readonly string[]> {
  const orders: Orders = { dataDir, act: act.name, ...(death && { death }), ...(careless && { careless }) };
  const kept = ["HOME", "PATH", "DENO_DIR", "XDG_CACHE_HOME"];
  const env = Object.fromEntries(
    kept.map((name) => [name, Deno.env.get(name) ?? ""]).filter(([, text]) => text),
  );
  const options = ["--no-check", "--cached-only", "--no-lock", `--config=${ROOT}deno.json`];
  const map = `--import-map=${ROOT}tests/import_map.json`;
  const make = { name: "child", command: Deno.execPath(), args: ["run", ...options, map, "-A"], env };
  const { code, stdout, stderr } = await runCommand({ make, directory: path }, [
    CHILD,
    JSON.stringify(orders),
  ]);
  assert.equal(code, death === undefined ? 0 : 128 + 9, stderr);
  return stdout.trim().split("\n").filter((line) => line !== "");
}

async function prepare({ before, withoutFile, credential }: Act, place: Place): Promise<void> {
  if (credential) {
    await Deno.writeFile(`${place.path}/credential`, new Uint8Array(32).fill(5), { mode: 0o600 });
  }
  if (before === undefined) return;
  await inHouse(place, async (store) => {
    // The first key is to be the file.
    const opened = await openKeys(store, { keyFile: `${place.dataDir}/key` });
    await fill(opened);
    const keyring = (await openKeys(store, placeOf(place))).keyring;
    for (const kind of before) {
      const typed = kind === "passphrase" || kind === "recovery_code"
        ? await typedKey(kind, kind === "passphrase" ? PASSPHRASES[0] : CODES[0])
        : undefined;
      await keyring.add(kind, 1, typed);
    }
    if (withoutFile) await keyring.remove("file", true);
  });
}

/** Opens it as the next start does, with each key that there is, and does to the end what was cut off. */
async function lookAfter(act: Act, place: Place): Promise<void> {
  await inHouse(place, async (store) => {
    const opened = await openKeys(store, placeOf(place));
    if (act.before === undefined) await fill(opened);
    if (act.locks === undefined && act.withoutFile === undefined) {
      assert.equal(opened.vault.locked, undefined, "it opens with nobody there");
    }
    await unlockAsPerson(opened);
    await assertWhole(opened.vault, store);
    await eachOpens(store, place);
  });
  await inHouse(place, async (store) => {
    const opened = await openKeys(store, placeOf(place));
    await unlockAsPerson(opened);
    await act.run(opened);
    await assertWhole(opened.vault, store);
  });
  await inHouse(place, async (store) => {
    const opened = await openKeys(store, placeOf(place));
    assert.equal(opened.vault.locked !== undefined, act.locks === true);
    await unlockAsPerson(opened);
    await assertWhole(opened.vault, store);
    await eachOpens(store, place);
  });
  assert.deepEqual(namesIn(place.dataDir).filter((name) => !LEFT.test(name)), []);
}

function placeOf({ path, dataDir }: Place) {
  return { keyFile: `${dataDir}/key`, credential: `${path}/credential` };
}

/** With what the person has on paper and in mind, old or new. */
async function unlockAsPerson({ vault, keyring }: Opened): Promise<void> {
  for (const { kind } of await keyring.list()) {
    if (kind !== "passphrase" && kind !== "recovery_code") continue;
    for (const text of kind === "passphrase" ? PASSPHRASES : CODES) {
      if (vault.locked === undefined) return;
      await keyring.unlock(await typedFor(keyring, kind, text)).catch(ignoreWrong);
    }
  }
  assert.equal(vault.locked, undefined, "the old key or the new one opens it");
}

function ignoreWrong(error: unknown): void {
  if (!(error instanceof AppError) || error.code !== "wrong_password") throw error;
}

/** Every slot that is there opens with what is for it. */
async function eachOpens(store: SqliteStore, place: Place): Promise<void> {
  const { keyring } = await openKeys(store, placeOf(place));
  const nowhere = { keyFile: `${place.path}/nowhere` };
  for (const { kind, opens } of await keyring.list()) {
    if (opens !== undefined) assert.ok(opens, `the ${kind} opens`);
    else await unlockAsPerson(await openKeys(slotsOfKind(store, kind), nowhere));
  }
}

/** The same store as if there were only that slot. */
function slotsOfKind(store: SqliteStore, kind: string): SqliteStore {
  return new Proxy(store, {
    get(target, name) {
      if (name === "slots") return () => target.slots().filter((slot) => slot.kind === kind);
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

async function slotsIn(place: Place): Promise<readonly string[]> {
  return await inHouse(place, (store) => Promise.resolve(store.slots().map(({ id }) => id)));
}

async function inHouse<T>({ dataDir }: Place, work: (store: SqliteStore) => Promise<T>): Promise<T> {
  using lock = takeLock(dataDir);
  assert.ok(lock, "nobody else has the data directory");
  using store = openSqliteStore(dataDir, "kill matrix");
  return await work(store);
}
