/** What `doctor` learns without opening the data: the directory, the network, the clock, the running server. */
import { type Duration, SECOND, type Time } from "../core/account.ts";
import { type Check, fail, ok, warn } from "../core/check.ts";
import { CLOCK_FAIL, CLOCK_WARN } from "../core/show.ts";
import { type Probe, probeTwitch } from "../twitch/probe.ts";
import { DATABASE_FILE } from "../store/sqlite/open.ts";
import type { Config } from "./config.ts";
import { announcedAddress } from "./control.ts";

/** Written and taken away again: a free space that small is no free space. In bytes. */
const ROOM = 1024 * 1024;
/** Begins as the store's own files do, so that the directory still counts as ours. */
const TRIAL_FILE = "companion-token-server-trial";

/** The data directory: whether it is there, closed to others, and takes a write. */
export async function directoryChecks({ dataDir, keyFile }: Config): Promise<readonly Check[]> {
  const check = "data directory";
  try {
    const { isDirectory } = await Deno.stat(dataDir);
    if (!isDirectory) return [fail(check, `${dataDir} is no directory.`, ANOTHER_DIRECTORY)];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      return [warn(check, `${dataDir} does not exist yet.`, "It is made at the first start")];
    }
    return [unusable(check, dataDir, error)];
  }
  try {
    // Two may look at the same time.
    await tryToWrite(`${dataDir}/${TRIAL_FILE}-${crypto.randomUUID()}`);
  } catch (error) {
    return [unusable(check, dataDir, error)];
  }
  const open = await openToOthers(dataDir, keyFile);
  return [
    ok(check, `${dataDir} takes a write and has room for one megabyte.`),
    open.length === 0
      ? ok("file rights", "Directory and files are closed to other users.")
      : fail("file rights", `Other users can read ${open.join(", ")}.`, `chmod go-rwx ${open.join(" ")}`),
  ];
}

const ANOTHER_DIRECTORY = "Choose another with TOKEN_SERVER_DATA_DIR (--data-dir)";

function unusable(check: string, dataDir: string, error: unknown): Check {
  const reason = error instanceof Error ? error.message.replace(/ \(os error \d+\).*$/s, "") : String(error);
  const hint = reason.includes("No space left")
    ? "Make room on the disk"
    : `Run this as the user that the server runs as. ${ANOTHER_DIRECTORY}`;
  return fail(check, `${dataDir} cannot be used: ${reason}.`, hint);
}

async function tryToWrite(path: string): Promise<void> {
  try {
    using file = await Deno.open(path, { write: true, createNew: true, mode: 0o600 });
    const bytes = new Uint8Array(ROOM);
    for (let written = 0; written < ROOM;) written += await file.write(bytes.subarray(written));
    await file.sync();
  } finally {
    await Deno.remove(path).catch(() => undefined);
  }
}

async function openToOthers(dataDir: string, keyFile: string): Promise<readonly string[]> {
  if (Deno.build.os === "windows") return [];
  const names = [DATABASE_FILE, `${DATABASE_FILE}-wal`, `${DATABASE_FILE}-shm`, "lock", "serve.json"];
  const paths = [dataDir, keyFile, ...names.map((name) => `${dataDir}/${name}`)];
  const modes = await Promise.all(paths.map((path) => Deno.stat(path).then(({ mode }) => mode, () => null)));
  // A key that systemd hands over shows a right to read for the group, by its access list.
  return paths.filter((path, at) => ((modes[at] ?? 0) & (path === keyFile ? 0o027 : 0o077)) !== 0);
}

/** Whether a server runs on these data and calls itself well. */
export async function serverCheck({ dataDir }: Config, send: typeof fetch): Promise<Check> {
  const address = await announcedAddress(dataDir);
  if (address === undefined) {
    return warn("server", "No server runs on these data.", "Start it with companion-token-server serve");
  }
  try {
    const signal = AbortSignal.timeout(5 * SECOND);
    const response = await send(`${address}/healthz`, { redirect: "manual", signal });
    const body = (await response.text()).slice(0, 200);
    return response.ok
      ? ok("server", `It runs at ${address} and works.`)
      : fail("server", `It runs at ${address} and is not well: ${body}`, "Its log says more");
  } catch {
    return warn(
      "server",
      `A server was at ${address}; nothing answers there now.`,
      "Start it with companion-token-server serve",
    );
  }
}

/** Names of the checks that fail for want of a network. */
export const NETWORK_CHECKS: readonly string[] = ["dns", "tls", "twitch sign-in", "twitch api"];

/** What asking both of Twitch's services has shown. */
export interface Network {
  readonly auth: Probe;
  readonly api: Probe;
  /** By how much this machine's clock is ahead of Twitch's; undefined where nobody told the time. */
  readonly clockAhead: Duration | undefined;
}

/** Asks both of Twitch's services, without any credentials. */
export async function lookAtNetwork(
  twitch: Config["twitch"],
  now: () => Time,
  send: typeof fetch,
): Promise<Network> {
  const asked = now();
  const { auth, api } = await probeTwitch(twitch, send);
  const between = (asked + now()) / 2;
  const date = auth.answer === "twitch" ? auth.date : api.answer === "twitch" ? api.date : undefined;
  return { auth, api, clockAhead: date === undefined ? undefined : between - date };
}

/** Whether both of Twitch's services answer, and what their clock says of ours. */
export function networkChecks({ auth, api, clockAhead }: Network): readonly Check[] {
  return [
    nameCheck([auth, api]),
    ...certificateChecks([auth, api]),
    twitchCheck("twitch sign-in", auth),
    twitchCheck("twitch api", api),
    ...(clockAhead === undefined ? [] : [clockCheck(clockAhead)]),
  ];
}

function nameCheck(probes: readonly Probe[]): Check {
  const lost = probes.find(({ trouble }) => trouble === "dns");
  return lost === undefined ? ok("dns", "The names of Twitch's services are found.") : fail(
    "dns",
    `The name ${lost.host} is not found.`,
    "Check the Internet connection and the DNS server of this machine",
  );
}

/** Nothing is said of a connection that did not come to that. */
function certificateChecks(probes: readonly Probe[]): readonly Check[] {
  const bad = probes.find(({ trouble }) => trouble === "tls");
  if (bad !== undefined) {
    return [fail(
      "tls",
      `The connection to ${bad.host} is not secure: its certificate is not accepted.`,
      "Set the clock of this machine, or sign in to this network if it asks for that (hotel, venue)",
    )];
  }
  const secured = probes.every(({ secure, answer }) => secure && answer !== "silence");
  return secured ? [ok("tls", "The connections to Twitch are secure.")] : [];
}

function twitchCheck(check: string, { host, answer }: Probe): Check {
  switch (answer) {
    case "twitch":
      return ok(check, `${host} answers.`);
    case "stranger":
      return fail(
        check,
        `Something else than Twitch answers at ${host}, or Twitch has a fault.`,
        "Sign in to this network if it asks for that (hotel, venue); look at status.twitch.tv",
      );
    case "silence":
      return fail(check, `${host} cannot be reached.`, "Check the Internet connection of this machine");
  }
}

function clockCheck(ahead: number): Check {
  const seconds = Math.round(Math.abs(ahead) / SECOND);
  if (Math.abs(ahead) <= CLOCK_WARN) return ok("clock", "The clock agrees with Twitch's within a minute.");
  const text = `The clock is ${seconds} s ${ahead > 0 ? "ahead of" : "behind"} Twitch's.`;
  const hint = "Let this machine set its clock by the network (timedatectl set-ntp true)";
  return Math.abs(ahead) > CLOCK_FAIL ? fail("clock", text, hint) : warn("clock", text, hint);
}
