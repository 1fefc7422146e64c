/**
 * `deno task compile`: the same bytes from anywhere, and not much more of them than Deno itself. Needs a compiler,
 * TOKEN_SERVER_COMPILER, and a runtime of the same version, DENORT_BIN.
 */
import assert from "node:assert/strict";
import { sha256 } from "../../.build/runtime.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const MEGABYTE = 1_000_000;
const NOBODY = 65_534;

const compiler = Deno.env.get("TOKEN_SERVER_COMPILER") || undefined;
const denort = Deno.env.get("DENORT_BIN") || undefined;
const ignore = compiler === undefined || denort === undefined;
const why = ignore ? " (not run: TOKEN_SERVER_COMPILER and DENORT_BIN name no compiler and runtime)" : "";

/** Where and as whom it is compiled. */
interface Place {
  /** The name of the folder. */
  readonly name: string;
  readonly zone: string;
  readonly umask: string;
  /** When every file was changed. */
  readonly changed: string;
  /** 0 is whoever runs the tests. */
  readonly uid: number;
}

const HERE = { name: "here", zone: "UTC", umask: "022", changed: "2001-02-03", uid: 0 };
const ELSEWHERE = {
  name: "a folder elsewhere",
  zone: "Pacific/Chatham",
  umask: "077",
  changed: "2020-03-04",
  uid: NOBODY,
};

/** Everything that it takes, with files as old as the place says, and the packages in a cache of its own. */
const PREPARE = `set -eu
mkdir -p "$1/project" "$1/bin" "$1/cache" "$1/home" "$1/tmp"
cp -R "$2/src" "$2/.build" "$2/deno.json" "$2/deno.lock" "$1/project/"
cp -R "$3/npm" "$1/cache/"
cp "$4" "$1/bin/deno"
cp "$5" "$1/bin/denort"
chmod -R u+w "$1"
find "$1" -exec touch -d "$6" {} +
if [ "$7" != 0 ]; then chown -R "$7:$7" "$1"; fi`;

/** Compiles at a place below `directory`; `change` is a shell command, run in the copy of the project before. */
async function compileAt(directory: string, place: Place, change = ":"): Promise<Uint8Array<ArrayBuffer>> {
  const folder = `${directory}/${place.name}`;
  const uid = Deno.uid() === 0 ? place.uid : 0;
  await sh(PREPARE, [
    folder,
    ROOT,
    await cacheOf(compiler ?? ""),
    compiler ?? "",
    denort ?? "",
    place.changed,
    `${uid}`,
  ]);
  const env = {
    PATH: `${folder}/bin:/usr/bin:/bin`,
    HOME: `${folder}/home`,
    TMPDIR: `${folder}/tmp`,
    TZ: place.zone,
    DENO_DIR: `${folder}/cache`,
    DENORT_BIN: `${folder}/bin/denort`,
  };
  const script = `umask ${place.umask}; cd "$1/project"; ${change}; exec deno task compile`;
  await sh(script, [folder], { env, clearEnv: true, ...(uid === 0 ? {} : { uid, gid: uid }) });
  return await Deno.readFile(`${folder}/project/dist/companion-token-server`);
}

async function sh(
  script: string,
  args: readonly string[],
  options: Deno.CommandOptions = {},
): Promise<string> {
  const command = new Deno.Command("sh", { ...options, args: ["-c", script, "sh", ...args] });
  const { success, stdout, stderr } = await command.output();
  const [out, problems] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assert.ok(success, `${out}${problems}`);
  return out ?? "";
}

async function cacheOf(deno: string): Promise<string> {
  return JSON.parse(await sh(`exec "$1" info --json`, [deno])).denoDir;
}

Deno.test({
  name:
    `the executable has the same bytes from two folders, users, time zones, umasks and ages of files${why}`,
  ignore,
  fn: async () => {
    using directory = temporaryDirectory();
    await Deno.chmod(directory.path, 0o755);
    const here = await sha256(await compileAt(directory.path, HERE));
    assert.equal(await sha256(await compileAt(directory.path, ELSEWHERE)), here);
    const changed = { ...HERE, name: "changed" };
    const change = "sed -i 's/^Copy/Copied/; s/listening on port/awaiting at port/' src/cli/*.ts";
    assert.notEqual(
      await sha256(await compileAt(directory.path, changed, change)),
      here,
      "a change shows (control)",
    );
  },
});

Deno.test({
  name: `the executable is at most 6 MB larger than one with an empty program${why}`,
  ignore,
  fn: async () => {
    using directory = temporaryDirectory();
    const empty = `${directory.path}/empty`;
    await Deno.writeTextFile(`${empty}.ts`, "export {};\n");
    await sh(`exec "$1" compile --no-check --no-code-cache --output "$2" "$2.ts"`, [compiler ?? "", empty]);
    const [whole, least] = [(await compileAt(directory.path, HERE)).length, (await Deno.stat(empty)).size];
    const text = `executable ${(whole / MEGABYTE).toFixed(2)} MB, an empty one ${
      (least / MEGABYTE).toFixed(2)
    } MB\n`;
    await Deno.stdout.write(new TextEncoder().encode(text));
    assert.ok(least > 50 * MEGABYTE && whole > least);
    assert.ok(whole - least <= 6 * MEGABYTE, text);
  },
});
