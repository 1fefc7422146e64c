/**
 * A process that changes keys by the real parts, with a knife before and after everything that touches the disk: each
 * call on a file of keys, and each method of the store that the keys go through.
 */
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import { takeLock } from "../../../src/store/sqlite/lock.ts";
import { DISK_KEY_FILES, type KeyFiles } from "../../../src/vault/key_files.ts";
import type { Slots } from "../../../src/vault/slots.ts";
import { openKeys, typedFor } from "../../support/key_place.ts";
import { ACTS, CODES, PASSPHRASES } from "./acts.ts";

/** What a child is told, as JSON in its only argument. */
export interface Orders {
  readonly dataDir: string;
  readonly act: string;
  /** It is killed when so many steps have come by; left out, it lives and tells each step. */
  readonly death?: number;
  /** A mistake that the matrix must find out. */
  readonly careless?: Careless;
}

/** The old key file goes before the commit · slots and ciphertext change in two commits. */
export type Careless = "file first" | "two commits";

/** Counts what comes by, tells it, and kills this process at its time. */
class Knife {
  readonly #death: number | undefined;
  #steps = 0;
  armed = false;

  constructor(death: number | undefined) {
    this.#death = death;
  }

  pass(step: string): void {
    if (!this.armed) return;
    Deno.stdout.writeSync(new TextEncoder().encode(`${step}\n`));
    if (++this.#steps !== this.#death) return;
    Deno.kill(Deno.pid, "SIGKILL");
    // The signal may take a moment to come; not one more line of the program runs in it.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  }

  /** The same method between two steps. */
  around<Input extends unknown[], Output>(
    step: string,
    method: (...input: Input) => Output | Promise<Output>,
  ): (...input: Input) => Promise<Output> {
    return async (...input) => {
      this.pass(`before ${step}`);
      const output = await method(...input);
      this.pass(`after ${step}`);
      return output;
    };
  }
}

/** Everything that `createKeyFile` and its kin do, which is more than the port has methods. */
function putOnFiles(knife: Knife): void {
  for (const name of ["open", "link", "rename", "remove"] as const) {
    Object.assign(Deno, { [name]: knife.around(name, Deno[name] as (...input: unknown[]) => unknown) });
  }
  for (const name of ["write", "sync"] as const) {
    const method = Deno.FsFile.prototype[name] as (
      this: Deno.FsFile,
      ...input: unknown[]
    ) => Promise<unknown>;
    Object.assign(Deno.FsFile.prototype, {
      [name](this: Deno.FsFile, ...input: unknown[]) {
        return knife.around(name, method.bind(this))(...input);
      },
    });
  }
}

function putOnStore<S extends Slots>(knife: Knife, store: S, careless: Careless | undefined): S {
  const rekey: Slots["rekey"] = async (change) => {
    if (careless !== "two commits") return await store.rekey(change);
    const { head, from, slots, resealed } = change;
    if (!await store.rekey({ head, from, slots, resealed: undefined })) return false;
    knife.pass("between the commits");
    return await store.rekey({ head, from: slots.map(({ id }) => id), slots, resealed });
  };
  return new Proxy(store, {
    get(target, name) {
      if (name === "rekey") return knife.around("rekey", rekey);
      const value = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      const method = value.bind(target);
      return name === "addSlot" || name === "ciphertexts" ? knife.around(name, method) : method;
    },
  });
}

function carelessFiles(): KeyFiles {
  return {
    ...DISK_KEY_FILES,
    async create(path) {
      await DISK_KEY_FILES.create(path);
      // What is read from there later is the new key all the same.
      if (path.endsWith(".next")) await Deno.copyFile(path, path.replace(/\.next$/, ""));
      if (path.endsWith(".next")) await Deno.rename(path, path.replace(/\.next$/, ".taken"));
    },
    read: (path) => DISK_KEY_FILES.read(path.endsWith(".next") ? path.replace(/\.next$/, ".taken") : path),
    replace: () => Promise.resolve(),
  };
}

async function act({ dataDir, act, death, careless }: Orders): Promise<void> {
  using lock = takeLock(dataDir);
  if (lock === undefined) throw new Error("somebody else has the data directory");
  using disk = openSqliteStore(dataDir, "kill matrix");
  const wanted = ACTS.find(({ name }) => name === act);
  if (wanted === undefined) throw new Error(`there is no act ${act}`);
  const knife = new Knife(death);
  const store = putOnStore(knife, disk, careless);
  putOnFiles(knife);
  knife.armed = wanted.before === undefined;
  const files = careless === "file first" ? carelessFiles() : undefined;
  const opened = await openKeys(store, {
    keyFile: `${dataDir}/key`,
    credential: `${dataDir}/../credential`,
    files,
  });
  if (opened.vault.locked !== undefined) {
    const kind = (await opened.keyring.list())[0]?.kind === "passphrase" ? "passphrase" : "recovery_code";
    const text = kind === "passphrase" ? PASSPHRASES[0] : CODES[0];
    await opened.keyring.unlock(await typedFor(opened.keyring, kind, text));
  }
  knife.armed = true;
  await wanted.run(opened);
}

if (import.meta.main) await act(JSON.parse(Deno.args[0] ?? "{}"));
