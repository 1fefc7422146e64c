/** What the kernel of this machine says about processes, and the programs of Debian that the measurements need. */

/** The server that is measured has a core to itself; whoever loads it has the other. */
export const CORES = { server: 1, load: 0 } as const;

/** The Debian packages that the measurements need, by the command that each is wanted for. */
const PACKAGES = { wrk: "wrk", taskset: "util-linux", strace: "strace", node: "nodejs", npm: "npm" } as const;

/** A program that is not part of this project. */
export type Tool = keyof typeof PACKAGES;

/** Throws an error that names what is missing and how it is had. */
export function needTools(...tools: readonly Tool[]): void {
  const missing = tools.filter((tool) => !isThere(tool));
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((tool) => PACKAGES[tool]))].join(" ");
  throw new Error(`Cannot measure: ${missing.join(", ")} is missing; on Debian: apt-get install ${packages}`);
}

/** Throws where there is no second core, or no /proc. */
export function needMachine(): void {
  if (Deno.build.os !== "linux") throw new Error("Cannot measure: the kernel's accounting is Linux's");
  if (navigator.hardwareConcurrency < 2) throw new Error("Cannot measure: server and load need a core each");
}

function isThere(tool: Tool): boolean {
  try {
    // wrk knows no way to say its version that ends well.
    new Deno.Command(tool, { args: ["--version"], stdout: "null", stderr: "null" }).outputSync();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Binds this process, and what it starts from now on, to the core of the load. */
export function takeLoadCore(): void {
  const args = ["-acp", String(CORES.load), String(Deno.pid)];
  new Deno.Command("taskset", { args, stdout: "null" }).outputSync();
}

/** Seconds that all threads of a process have run, which a loaded machine does not lengthen. */
export function cpuSeconds(pid: number): number {
  let nanoseconds = 0;
  for (const { name } of Deno.readDirSync(`/proc/${pid}/task`)) {
    try {
      nanoseconds += Number(Deno.readTextFileSync(`/proc/${pid}/task/${name}/schedstat`).split(" ")[0]);
    } catch {
      // The thread has ended meanwhile.
    }
  }
  return nanoseconds / 1e9;
}

/** What a process keeps in memory, in MB; `own` is what it shares with no file. */
export function memoryOf(pid: number): { readonly resident: number; readonly own: number } {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  const of = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
  return { resident: of("VmRSS"), own: of("RssAnon") };
}

/** Bytes that a process has caused to be written to the disk. */
export function bytesWritten(pid: number): number {
  return Number(/^write_bytes: (\d+)/m.exec(Deno.readTextFileSync(`/proc/${pid}/io`))?.[1]);
}

/** The machine in one line, for whoever reads the numbers. */
export function describeMachine(): string {
  const model = /model name\s*: (.*)/.exec(Deno.readTextFileSync("/proc/cpuinfo"))?.[1] ?? Deno.build.arch;
  return `${navigator.hardwareConcurrency} cores, ${model}, Linux ${Deno.osRelease()}, Deno ${Deno.version.deno}`;
}
