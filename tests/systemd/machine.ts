/** Machines with a real systemd: Debian trees, made once and kept, each booted in a container over a layer of its own. */
import assert from "node:assert/strict";
import { type Ended, RunningCommand } from "../support/real_program.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/** Long enough for any shutdown; in milliseconds. */
const PATIENCE = 60_000;

/** Debian's names. */
export const SUITES = ["bookworm", "trixie"] as const;
export type Suite = typeof SUITES[number];

/** The tool that boots a tree, and says so on its first lines. */
function bootTool(): string {
  return Deno.env.get("NSPAWN_BOOT") || `${ROOT}../shared/tools/nspawn-boot`;
}

/** Why no machine can be booted here; undefined where one can. */
export function obstacle(): string | undefined {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return "needs Linux and root";
  if (!exists(bootTool())) return "needs nspawn-boot, named by NSPAWN_BOOT";
  for (const command of ["systemd-nspawn", "mmdebstrap", "nsenter", "mount"]) {
    if (!PATH.split(":").some((folder) => exists(`${folder}/${command}`))) return `needs ${command}`;
  }
  if (!exists(executable())) return "needs the executable: deno task compile";
  return undefined;
}

/** The executable that is installed in these tests. */
export function executable(): string {
  return Deno.env.get("TOKEN_SERVER_EXECUTABLE") || `${ROOT}dist/companion-token-server`;
}

/** A test on a machine of each suite, ignored where none can be booted. */
export function testOnMachines(name: string, act: (machine: Machine) => Promise<void>, needs?: string): void {
  const reason = obstacle() ?? needs;
  for (const suite of SUITES) {
    Deno.test({
      name: `${suite}: ${name}${reason === undefined ? "" : ` (${reason})`}`,
      ignore: reason !== undefined,
      async fn() {
        await using machine = await Machine.boot(suite);
        await act(machine);
      },
    });
  }
}

/** A machine that runs, until it is disposed of. */
export class Machine implements AsyncDisposable {
  readonly suite: Suite;
  /** Where its files are, seen from here. */
  readonly root: string;
  readonly #end: AsyncDisposableStack;
  readonly #name = `token-server-${crypto.randomUUID().slice(0, 8)}`;
  #init = 0;

  private constructor(suite: Suite, root: string, end: AsyncDisposableStack) {
    this.suite = suite;
    this.root = root;
    this.#end = end;
  }

  /** Boots a fresh one. */
  static async boot(suite: Suite): Promise<Machine> {
    const tree = treeOf(suite);
    await using end = new AsyncDisposableStack();
    const directory = end.use(temporaryDirectory()).path;
    for (const name of ["upper", "work", "root"]) Deno.mkdirSync(`${directory}/${name}`);
    const layers = `lowerdir=${tree},upperdir=${directory}/upper,workdir=${directory}/work`;
    const root = `${directory}/root`;
    host("mount", "-t", "overlay", "overlay", "-o", layers, root);
    // Lazily: a process that hangs may still have files open.
    end.defer(() => void host("umount", "--lazy", root));
    const machine = new Machine(suite, root, end.move());
    await machine.start();
    return machine;
  }

  /** The first process, by whose number its name spaces are entered. */
  get init(): number {
    return this.#init;
  }

  /** Boots it, again after `stop()`. */
  async start(): Promise<void> {
    const unified = this.suite !== "bookworm" || exists("/sys/fs/cgroup/cgroup.controllers");
    const { code, stdout, stderr } = await new Deno.Command(bootTool(), {
      args: ["up", this.root, this.#name],
      env: { SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: unified ? "1" : "0" },
    }).output();
    assert.equal(code, 0, text(stderr));
    this.#init = Number(text(stdout));
  }

  /** An orderly shutdown. */
  async stop(): Promise<void> {
    if (this.#init === 0) return;
    const container = Number(
      /^PPid:\s*(\d+)/m.exec(Deno.readTextFileSync(`/proc/${this.#init}/status`))?.[1],
    );
    await this.run("systemctl poweroff");
    this.#init = 0;
    await until("the machine is off", () => !exists(`/proc/${container}`));
  }

  /** Runs a line of shell as root and answers how it ended. */
  async run(script: string, input?: string): Promise<Ended> {
    await using command = this.begin(script);
    if (input !== undefined) await command.type(input);
    await command.endInput();
    return await command.ended();
  }

  /** Runs a line of shell as root, which must succeed, and answers what it printed. */
  async do(script: string): Promise<string> {
    const { code, stdout, stderr } = await this.run(script);
    assert.equal(code, 0, `${script}\n${stdout}\n${stderr}`);
    return stdout.trim();
  }

  /** Starts a line of shell and leaves it running. */
  begin(script: string): RunningCommand {
    return new RunningCommand(
      new Deno.Command("nsenter", {
        args: ["-t", `${this.#init}`, "-a", "sh", "-c", `cd / && ${script}`],
        env: { PATH, HOME: "/root" },
        clearEnv: true,
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
      }).spawn(),
    );
  }

  /** Waits until a line of shell succeeds. */
  async until(script: string): Promise<void> {
    await until(script, async () => (await this.run(script)).code === 0);
  }

  /** Writes a file, with the folders above it. */
  write(path: string, content: string | Uint8Array, mode = 0o644): void {
    const target = `${this.root}${path}`;
    Deno.mkdirSync(target.slice(0, target.lastIndexOf("/")), { recursive: true });
    if (typeof content === "string") Deno.writeTextFileSync(target, content);
    else Deno.writeFileSync(target, content);
    Deno.chmodSync(target, mode);
  }

  /** Copies a file or a folder of this project, or any other with an absolute path. */
  copy(from: string, to: string): void {
    const source = from.startsWith("/") ? from : `${ROOT}${from}`;
    host("mkdir", "-p", `${this.root}${to}`.replace(/\/[^/]*$/, ""));
    host("cp", "-rL", "--preserve=mode,timestamps", source, `${this.root}${to}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await using _end = this.#end;
    await this.stop();
  }
}

/** A figure, for whoever reads the log of the tests. */
export async function report(line: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${line}\n`));
}

/** Waits until `condition` holds, looking again and again, and fails after a minute. */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE;
  while (!await condition()) {
    assert.ok(performance.now() < end, `never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A tree of the suite: made the first time, which takes half a minute and the network. */
export function treeOf(suite: Suite): string {
  const cache = Deno.env.get("XDG_CACHE_HOME") || `${Deno.env.get("HOME")}/.cache`;
  const tree = `${cache}/companion-token-server/trees/${suite}`;
  if (!exists(tree)) {
    const unfinished = `${tree}-${crypto.randomUUID().slice(0, 8)}`;
    host("mkdir", "-p", unfinished);
    host(bootTool(), "make", unfinished, suite);
    Deno.renameSync(unfinished, tree);
  }
  return tree;
}

/** Runs a command of this machine, which must succeed, and answers what it printed. */
export function host(command: string, ...args: string[]): string {
  const { code, stdout, stderr } = new Deno.Command(command, { args, stdin: "null" }).outputSync();
  assert.equal(code, 0, `${command} ${args.join(" ")}\n${text(stderr)}`);
  return text(stdout);
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
