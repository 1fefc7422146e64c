/** What the tests do with a machine on which the program is, or is to be, installed. */
import assert from "node:assert/strict";
import type { Ended } from "../support/real_program.ts";
import type { Connected } from "../support/scene.ts";
import { executable, type Machine } from "./machine.ts";
import { SETTINGS, type TwitchForMachines } from "./twitch.ts";

export const NAME = "companion-token-server";
const RELEASE = "/srv/release";
const SETTINGS_FILE = `/etc/${NAME}/${NAME}.env`;

/** A program that differs from the real one in what it says or does: texts of the source inside it, and as long others. */
export type Change = Readonly<Record<string, string>>;

/** Puts install.sh, the unit and the program, changed where that is asked for, into one folder. */
export function putRelease(machine: Machine, change: Change = {}): void {
  machine.copy("install.sh", `${RELEASE}/install.sh`);
  machine.copy(`.systemd/${NAME}.service`, `${RELEASE}/${NAME}.service`);
  machine.write(`${RELEASE}/${NAME}`, changed(Deno.readFileSync(executable()), change), 0o755);
}

/** Latin 1 keeps every byte as it is. */
function changed(program: Uint8Array<ArrayBuffer>, change: Change): Uint8Array {
  const entries = Object.entries(change);
  if (entries.length === 0) return program;
  const latin1 = new TextDecoder("latin1");
  for (const [before, after] of entries) {
    assert.equal(before.length, after.length, "the program keeps its length");
    const wanted = new TextEncoder().encode(before);
    const found = placesOf(program, wanted);
    assert.ok(found.length > 0, `the program has ${latin1.decode(wanted)}`);
    for (const at of found) program.set(new TextEncoder().encode(after), at);
  }
  return program;
}

function placesOf(bytes: Uint8Array, wanted: Uint8Array): readonly number[] {
  const first = wanted[0] ?? 0;
  const places: number[] = [];
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (wanted.every((byte, offset) => bytes[at + offset] === byte)) places.push(at);
  }
  return places;
}

/** Settings that a person has written before the first installation. */
export function writeSettings(machine: Machine): void {
  machine.write(SETTINGS_FILE, `# mine\n${SETTINGS}\n`, 0o640);
}

/** Runs install.sh from the release. */
export function runInstaller(machine: Machine, options = ""): Promise<Ended> {
  return machine.run(`sh ${RELEASE}/install.sh --from ${RELEASE}/${NAME} ${options}`);
}

/** Installs the release, which must succeed. */
export async function install(machine: Machine, options = ""): Promise<string> {
  const { code, stdout, stderr } = await runInstaller(machine, options);
  assert.equal(code, 0, `${stdout}\n${stderr}\n${await log(machine)}`);
  return stdout;
}

/** A machine with the release installed, an account signed in, and Twitch within reach. */
export async function installedWithLogin(machine: Machine, twitch: TwitchForMachines): Promise<Connected> {
  await twitch.reach(machine);
  writeSettings(machine);
  putRelease(machine);
  await install(machine);
  return await signIn(machine, twitch);
}

/** Signs in by device code, with the command that was installed. */
export async function signIn(machine: Machine, { sim }: TwitchForMachines): Promise<Connected> {
  await using login = machine.begin(`${NAME} login --device --json`);
  const { userCode } = JSON.parse((await login.printed(/^\{.*\}$/m))[0]);
  sim.approveDevice(userCode);
  const { code, stdout, stderr } = await login.ended();
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
}

/** The token, as a program on the same machine gets it. */
export function tokenOf(machine: Machine, id: string): Promise<string> {
  return machine.do(`curl -fsS --max-time 10 'http://127.0.0.1:8948/token?id=${id}'`);
}

/** A property of the service, as systemd shows it. */
export function property(machine: Machine, name: string): Promise<string> {
  return machine.do(`systemctl show --value --property ${name} ${NAME}`);
}

/** What the installed program says its version is. */
export function versionOf(machine: Machine): Promise<string> {
  return machine.do(`${NAME} --version`);
}

/** The service's log. */
export async function log(machine: Machine): Promise<string> {
  return (await machine.run(`journalctl --no-pager --unit ${NAME} --lines 40`)).stdout;
}
