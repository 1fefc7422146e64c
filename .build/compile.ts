/**
 * Makes executables, the same bytes wherever and by whomever.
 *
 *   compile.ts                    dist/companion-token-server, for this machine
 *   compile.ts --target TARGET    dist/companion-token-server-TARGET
 *   compile.ts --all              dist/release: every target, and what else a release consists of
 *   --runtimes FOLDER             takes denort-TARGET from there instead of downloading it
 *
 * DENORT_BIN=FILE names the runtime for this machine.
 */
import { MADE_AT, VERSION } from "../src/cli/version.ts";
import { environmentNames } from "../src/cli/settings.ts";
import { pageReport } from "./page_check.ts";
import { runtimeFor, sha256 } from "./runtime.ts";
import { sbom } from "./sbom.ts";
import { licences, stage } from "./stage.ts";
import { PROGRAM_NAME, releaseName, suffixOf, type Target, targetNamed, TARGETS } from "./targets.ts";

const ROOT = (import.meta.dirname ?? "").replace(/[\\/]\.build$/, "");

/** The version of Deno that releases are made with. */
function pinnedDeno(): string {
  return Deno.readTextFileSync(`${ROOT}/.build/deno-version`).trim();
}

/** What the executable may do, fixed when it is made. */
export function permissions(): string[] {
  return [
    "--no-prompt",
    "--allow-net",
    "--allow-read",
    "--allow-write",
    `--allow-env=${environmentNames().join(",")}`,
    "--allow-sys=hostname,networkInterfaces",
  ];
}

/**
 * Memory before speed: as V8 goes about it by itself, ten thousand logins take 200 MB that it never gives back. The task
 * `start` has the same.
 */
export const V8_FLAGS = "--v8-flags=--max-semi-space-size=1,--heap-growing-percent=20";

/** Where things come from and go to. */
interface Compiling {
  readonly target: Target;
  readonly to: string;
  readonly runtimes?: string | undefined;
  readonly runtime?: string | undefined;
}

async function compile({ target, to, runtimes, runtime }: Compiling): Promise<Uint8Array<ArrayBuffer>> {
  using staged = stage(ROOT, await packageCache());
  const denort = `${staged.output}/denort`;
  const sources = {
    file: runtime,
    folder: runtimes,
    downloads: `${ROOT}/dist/.runtimes`,
    version: Deno.version.deno,
  };
  await Deno.writeFile(denort, await runtimeFor(target, sources), { mode: 0o755 });
  // The name is written into the executable, so it is the same for every target.
  const output = `${staged.output}/${PROGRAM_NAME}${suffixOf(target)}`;
  const args = [
    "compile",
    "--quiet",
    "--frozen",
    "--no-check",
    "--no-code-cache",
    V8_FLAGS,
    ...permissions(),
  ];
  await run([...args, "--target", target, "--output", output, "src/main.ts"], staged.project, {
    DENO_DIR: staged.cache,
    DENORT_BIN: denort,
  });
  const bytes = await Deno.readFile(output);
  const troubles = pageReport(to, bytes);
  if (troubles.length > 0) throw new Error(`Cannot make ${to}:\n${troubles.join("\n")}`);
  await Deno.mkdir(to.slice(0, to.lastIndexOf("/")), { recursive: true });
  await Deno.writeFile(`${to}.new`, bytes, { mode: 0o755 });
  await Deno.rename(`${to}.new`, to);
  say(`${to}: ${(bytes.length / 1e6).toFixed(2)} MB`);
  return bytes;
}

/** Deno's cache, with the packages in it. */
async function packageCache(): Promise<string> {
  await run(["install", "--quiet", "--frozen"], ROOT);
  const { denoDir } = JSON.parse(await run(["info", "--json"], ROOT)) as { denoDir: string };
  return denoDir;
}

/** Runs Deno to its end, for its standard output. Throws if it fails. */
async function run(args: readonly string[], cwd: string, env: Record<string, string> = {}): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args: [...args], cwd, env })
    .output();
  const [out, problems] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)) as [
    string,
    string,
  ];
  if (!success) throw new Error(`Cannot run deno ${args[0]}:\n${out}${problems}`);
  return out;
}

/** Everything that a release consists of. */
async function compileAll(runtimes: string | undefined): Promise<void> {
  const folder = `${ROOT}/dist/release`;
  await Deno.mkdir(folder, { recursive: true });
  const sums = new Map<string, string>();
  for (const target of TARGETS) {
    const name = releaseName(target);
    sums.set(name, await sha256(await compile({ target, to: `${folder}/${name}`, runtimes })));
  }
  const lock = await Deno.readTextFile(`${ROOT}/deno.lock`);
  const list = await sbom({
    name: PROGRAM_NAME,
    version: VERSION,
    deno: pinnedDeno(),
    madeAt: MADE_AT,
    lock,
  });
  const further = new Map<string, Uint8Array<ArrayBuffer>>([
    [`${PROGRAM_NAME}.cdx.json`, new TextEncoder().encode(list)],
    [`${PROGRAM_NAME}.licences.txt`, new TextEncoder().encode(licences(ROOT, await packageCache()))],
    ["install.sh", await Deno.readFile(`${ROOT}/install.sh`)],
    [`${PROGRAM_NAME}.service`, await Deno.readFile(`${ROOT}/.systemd/${PROGRAM_NAME}.service`)],
  ]);
  for (const [name, bytes] of further) {
    await Deno.writeFile(`${folder}/${name}`, bytes);
    sums.set(name, await sha256(bytes));
  }
  const lines = Array.from(sums, ([name, sum]) => `${sum}  ${name}\n`);
  await Deno.writeTextFile(`${folder}/SHA256SUMS`, lines.join(""));
  say(lines.join("").trimEnd());
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

function valueOf(args: readonly string[], flag: string): string | undefined {
  const at = args.indexOf(flag);
  return at < 0 ? undefined : args[at + 1];
}

/** The runtime of another version makes a file that does not start. */
function assertPinned(): void {
  if (Deno.version.deno === pinnedDeno()) return;
  throw new Error(
    `Cannot compile for other machines: this is Deno ${Deno.version.deno}, releases are made with ${pinnedDeno()}`,
  );
}

async function main(args: readonly string[]): Promise<void> {
  const runtimes = valueOf(args, "--runtimes");
  if (args.includes("--all")) {
    assertPinned();
    return await compileAll(runtimes);
  }
  const named = valueOf(args, "--target");
  if (named !== undefined) {
    const target = targetNamed(named);
    if (target === undefined) {
      throw new Error(`Cannot compile for ${named}: targets are ${TARGETS.join(", ")}`);
    }
    assertPinned();
    await compile({ target, to: `${ROOT}/dist/${releaseName(target)}`, runtimes });
    return;
  }
  const target = targetNamed(Deno.build.target);
  if (target === undefined) throw new Error(`Cannot compile for this machine: it is ${Deno.build.target}`);
  const to = `${ROOT}/dist/${PROGRAM_NAME}${suffixOf(target)}`;
  await compile({ target, to, runtimes, runtime: Deno.env.get("DENORT_BIN") || undefined });
}

if (import.meta.main) await main(Deno.args);
