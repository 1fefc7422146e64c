/**
 * A folder that holds what goes into an executable and nothing else: the sources and the packages that the lock names,
 * with the same times and rights everywhere. `deno compile` writes the times of files into the executable, those of
 * the packages in Deno's cache too. Of the packages only what can run is taken: Deno also tries to understand their
 * other files as modules, and writes what it says of them, with the path of this folder, into the executable.
 */
import { MADE_AT } from "../src/cli/version.ts";

/** Everything of the project that goes in. */
const SOURCES = ["deno.json", "deno.lock", "src"] as const;

const CAN_RUN = /\.(?:[cm]?js|json)$/;

/** Where the parts of a staged build are. */
export interface Stage extends Disposable {
  /** The copy of the project. */
  readonly project: string;
  /** For DENO_DIR. */
  readonly cache: string;
  /** Empty: for the runtime and the executable. */
  readonly output: string;
}

/** Stages the project; `cache` is the Deno cache that holds its packages. */
export function stage(root: string, cache: string): Stage {
  const folder = Deno.makeTempDirSync({ prefix: "companion-token-server-build-" });
  const parts = { project: `${folder}/project`, cache: `${folder}/cache`, output: `${folder}/output` };
  for (const part of Object.values(parts)) Deno.mkdirSync(part);
  for (const name of SOURCES) copy(`${root}/${name}`, `${parts.project}/${name}`);
  for (const path of packageFolders(root, cache)) {
    copy(`${cache}/npm/${path}`, `${parts.cache}/npm/${path}`, CAN_RUN);
  }
  return { ...parts, [Symbol.dispose]: () => Deno.removeSync(folder, { recursive: true }) };
}

/** The licences of the packages that the lock names: they ask to go where the packages go. */
export function licences(root: string, cache: string): string {
  return packageFolders(root, cache).filter((path) => !path.endsWith(".json")).map((path) => {
    const folder = `${cache}/npm/${path}`;
    const name = Array.from(Deno.readDirSync(folder), (entry) => entry.name).find((one) =>
      /^licen[cs]e/i.test(one)
    );
    if (name === undefined) throw new Error(`Cannot tell the licence of ${path}`);
    const title = path.slice(path.indexOf("/") + 1).replace(/\/([^/]+)$/, " $1");
    return `${title}\n\n${Deno.readTextFileSync(`${folder}/${name}`).replaceAll("\r\n", "\n").trim()}\n`;
  }).join(`\n${"-".repeat(78)}\n\n`);
}

/** The folders of the packages that the lock names, below `npm` in the cache, for whichever registry is there. */
function packageFolders(root: string, cache: string): string[] {
  const { npm } = JSON.parse(Deno.readTextFileSync(`${root}/deno.lock`)) as { npm: Record<string, unknown> };
  const names = Object.keys(npm).map((name) => ({ name, at: name.lastIndexOf("@") }));
  return Array.from(Deno.readDirSync(`${cache}/npm`), ({ name }) => name).flatMap((registry) =>
    names.flatMap(({ name, at }) => {
      const folder = `${registry}/${name.slice(0, at)}`;
      return [`${folder}/${name.slice(at + 1)}`, `${folder}/registry.json`];
    }).filter((path) => exists(`${cache}/npm/${path}`))
  );
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Copies a file or a folder; whatever the umask, everybody may read it, and it was changed when the version was made. */
function copy(from: string, to: string, only = /./): void {
  if (Deno.statSync(from).isDirectory) {
    for (const { name } of Deno.readDirSync(from)) copy(`${from}/${name}`, `${to}/${name}`, only);
    return;
  }
  if (!only.test(from)) return;
  Deno.mkdirSync(to.slice(0, to.lastIndexOf("/")), { recursive: true });
  Deno.writeFileSync(to, Deno.readFileSync(from));
  if (Deno.build.os !== "windows") Deno.chmodSync(to, 0o644);
  Deno.utimeSync(to, MADE_AT / 1000, MADE_AT / 1000);
}
