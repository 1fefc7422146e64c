/** Who is measured: the program from source and compiled, the limit of each, and what people would otherwise build. */
import { fromSource } from "../support/real_program.ts";
import type { Contender } from "./contender.ts";
import type { QuickTwitch } from "./quick_twitch.ts";
import type { Stock } from "./stock.ts";

const PEERS = new URL("peers/", import.meta.url).pathname;
const ROOT = new URL("../../", import.meta.url).pathname;
/** What the Express ones are made of, fetched once into a folder outside of the project. */
const PACKAGES = ["express@5.1.0", "better-sqlite3@12.11.1"];

/** The program, on its own data directory. */
export function programFromSource({ directory }: Stock, twitch: QuickTwitch): Contender {
  const { command, args, env } = fromSource();
  return {
    name: "this program",
    command,
    args: [...args, "serve"],
    env: { ...env, ...settings(directory, twitch) },
  };
}

/** The same as one executable; undefined where TOKEN_SERVER_EXECUTABLE names none. */
export function programCompiled({ directory }: Stock, twitch: QuickTwitch): Contender | undefined {
  const command = Deno.env.get("TOKEN_SERVER_EXECUTABLE");
  if (command === undefined) return undefined;
  return { name: "this program, compiled", command, args: ["serve"], env: settings(directory, twitch) };
}

function settings(directory: string, twitch: QuickTwitch): Record<string, string> {
  const own = {
    TOKEN_SERVER_HOST: "127.0.0.1",
    TOKEN_SERVER_DATA_DIR: directory,
    TOKEN_SERVER_LOG_LEVEL: "error",
  };
  return { ...twitch.env, ...own };
}

/** A peer run by Deno. */
export function denoPeer(file: string, name: string, id = ""): Contender {
  const imports = [`--lock=${ROOT}tests/deno.lock`, `--import-map=${ROOT}tests/import_map.json`];
  const args = ["run", "--frozen", "--cached-only", ...imports, "--no-prompt", "-A", `${PEERS}${file}`];
  return { name, command: Deno.execPath(), args, env: { ID: id } };
}

/** A peer compiled by what TOKEN_SERVER_COMPILER names, as the program is; undefined where nothing is named. */
export async function compiledPeer(file: string, name: string): Promise<Contender | undefined> {
  const compiler = Deno.env.get("TOKEN_SERVER_COMPILER");
  if (compiler === undefined) return undefined;
  await Deno.mkdir(cacheFolder(), { recursive: true });
  const output = `${cacheFolder()}/${file.replace(/\.ts$/, "")}`;
  const args = [
    "compile",
    "--quiet",
    "--no-check",
    "--no-code-cache",
    "--no-lock",
    "--no-config",
    "--no-prompt",
    "-A",
  ];
  const { success, stderr } = await new Deno.Command(compiler, {
    args: [...args, "--output", output, `${PEERS}${file}`],
    cwd: cacheFolder(),
  }).output();
  if (!success) throw new Error(`Cannot compile ${file}: ${new TextDecoder().decode(stderr)}`);
  return { name, command: output, args: [] };
}

/** A peer run by Node. */
export function nodePeer(file: string, name: string, id: string): Contender {
  const modules = `${cacheFolder()}/peers/node_modules`;
  return {
    name,
    command: "node",
    args: [`${PEERS}${file}`],
    env: { ID: id, NODE_ENV: "production", NODE_PATH: modules },
  };
}

/** Fetches what the Node peers are made of, once. */
export async function installNodePeers(): Promise<void> {
  const folder = `${cacheFolder()}/peers`;
  const wanted = PACKAGES.join(" ");
  if (await Deno.readTextFile(`${folder}/installed`).catch(() => "") === wanted) return;
  await Deno.mkdir(folder, { recursive: true });
  const { success, stderr } = await new Deno.Command("npm", {
    args: ["install", "--silent", "--no-fund", "--no-audit", ...PACKAGES],
    cwd: folder,
  }).output();
  if (!success) throw new Error(`Cannot fetch ${wanted}: ${new TextDecoder().decode(stderr)}`);
  await Deno.writeTextFile(`${folder}/installed`, wanted);
}

function cacheFolder(): string {
  const base = Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`;
  return `${base}/companion-token-server/bench`;
}
