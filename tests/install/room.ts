/** A copy of this machine that forgets: its files with a layer of memory above them, and no systemd. */
import assert from "node:assert/strict";
import type { Ended } from "../support/real_program.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const NAME = "companion-token-server";
const NOBODY = 65534;

/** What stands in for the program: it starts, and takes every setting. */
export const PROGRAM = "#!/bin/sh\ncase ${1-} in --version) echo 9.8.7 ;; esac\n";

/** How a script is run. */
export interface Run {
  /** The shell, with what makes it one: `dash` or `busybox sh`. */
  readonly shell?: string;
  /** As somebody without rights. */
  readonly nobody?: true;
  readonly env?: Readonly<Record<string, string>>;
  /** Given to the shell instead of a file. */
  readonly input?: string;
}

/** Why there can be no room here; undefined where there can. */
export function obstacle(): string | undefined {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return "needs Linux and root";
  try {
    new Room()[Symbol.dispose]();
    return undefined;
  } catch {
    return "may not mount";
  }
}

/** A room with install.sh in `/srv`, and a program beside it, until the end of the block. */
export class Room implements Disposable {
  readonly path: string;
  readonly #end: DisposableStack;

  constructor() {
    using end = new DisposableStack();
    const directory = end.use(temporaryDirectory()).path;
    // The layer may not lie within what it covers.
    mount(end, directory, "-t", "tmpfs", "-o", "mode=0755", "tmpfs");
    for (const name of ["upper", "work", "root"]) Deno.mkdirSync(`${directory}/${name}`);
    this.path = `${directory}/root`;
    const layers = `lowerdir=/,upperdir=${directory}/upper,workdir=${directory}/work`;
    mount(end, this.path, "-t", "overlay", "-o", layers, "overlay");
    mount(end, `${this.path}/dev`, "--bind", "/dev");
    mount(end, `${this.path}/proc`, "--bind", "/proc");
    mount(end, `${this.path}/run`, "-t", "tmpfs", "tmpfs");
    this.write("/srv/install.sh", Deno.readTextFileSync(`${ROOT}install.sh`), 0o755);
    this.write(`/srv/${NAME}.service`, Deno.readTextFileSync(`${ROOT}.systemd/${NAME}.service`));
    this.write(`/srv/${NAME}`, PROGRAM, 0o755);
    this.#end = end.move();
  }

  /** Writes a file, with the folders above it. */
  write(path: string, content: string, mode = 0o644): void {
    const target = `${this.path}${path}`;
    Deno.mkdirSync(target.slice(0, target.lastIndexOf("/")), { recursive: true });
    Deno.writeTextFileSync(target, content);
    Deno.chmodSync(target, mode);
  }

  /** Puts a command before all others, which says what this machine is not. */
  stub(command: string, script: string): void {
    this.write(`/srv/stubs/${command}`, `#!/bin/sh\n${script}\n`, 0o755);
  }

  remove(path: string): void {
    if (this.has(path)) Deno.removeSync(`${this.path}${path}`, { recursive: true });
  }

  has(path: string): boolean {
    try {
      Deno.lstatSync(`${this.path}${path}`);
      return true;
    } catch {
      return false;
    }
  }

  read(path: string): string {
    return Deno.readTextFileSync(`${this.path}${path}`);
  }

  folder(path: string): void {
    Deno.mkdirSync(`${this.path}${path}`, { recursive: true });
  }

  /** A disk of its own for a folder, with so little room. */
  smallDisk(path: string, bytes: number): void {
    this.folder(path);
    mount(this.#end, `${this.path}${path}`, "-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs");
  }

  /** Runs install.sh, or what is given to the shell instead. */
  async run(args: readonly string[], { shell = "dash", nobody, env, input }: Run = {}): Promise<Ended> {
    const words = [...shell.split(" "), ...input === undefined ? ["/srv/install.sh"] : ["-s", "--"], ...args];
    const user = nobody ? ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"] : [];
    const child = new Deno.Command("/usr/sbin/chroot", {
      args: [this.path, ...user, ...words],
      env: { PATH: "/srv/stubs:/usr/local/bin:/usr/bin:/bin", HOME: "/", ...env },
      clearEnv: true,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const [{ code, stdout, stderr }] = await Promise.all([child.output(), feed(child.stdin, input ?? "")]);
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  }

  /** Everything that an installation leaves. */
  traces(): readonly string[] {
    const places = [
      "/usr/local/lib",
      "/usr/local/lib/systemd/system",
      "/usr/local/bin",
      "/etc",
      "/var/lib",
      "/run",
    ];
    const names = places.filter((place) => this.has(place)).flatMap((place) =>
      Array.from(Deno.readDirSync(`${this.path}${place}`), ({ name }) => `${place}/${name}`)
    );
    const user = this.read("/etc/passwd").includes(`${NAME}:`) ? ["user"] : [];
    return [...names.filter((name) => name.includes(NAME)).sort(), ...user];
  }

  [Symbol.dispose](): void {
    this.#end.dispose();
  }
}

async function feed(stdin: WritableStream<Uint8Array>, text: string): Promise<void> {
  try {
    const writer = stdin.getWriter();
    await writer.write(new TextEncoder().encode(text));
    await writer.close();
  } catch {
    // The shell has ended without reading it all.
  }
}

function mount(end: DisposableStack, path: string, ...args: readonly string[]): void {
  host("mount", ...args, path);
  // Lazily: what a test has left running may still have files open.
  end.defer(() => host("umount", "--lazy", path));
}

function host(command: string, ...args: readonly string[]): void {
  const { code, stderr } = new Deno.Command(command, { args: [...args], stdin: "null" }).outputSync();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
}
