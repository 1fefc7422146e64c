/** What `doctor` and "Ready for the show?" are asked where the data are open: by pages and commands alike. */
import type { Time } from "../core/account.ts";
import { viewOf } from "../core/accounts.ts";
import type { Check } from "../core/check.ts";
import { RecentEvents } from "../core/events.ts";
import type { Login } from "../core/login.ts";
import { diskStanding } from "../core/notices.ts";
import { proveRenewal } from "../core/prove_renewal.ts";
import { failedPress } from "../core/relay.ts";
import {
  activeShow,
  type InUse,
  type Renewal,
  showBackup,
  type ShowLine,
  showLines,
  type ShowLogin,
} from "../core/show.ts";
import type { DoctorDesk } from "../http/doctor_deps.ts";
import { PRESETS } from "../twitch/scopes.ts";
import { backupsIn } from "./backup_files.ts";
import { type BundledEvent, bundleOf } from "./doctor_bundle.ts";
import { examine } from "./doctor_checks.ts";
import { directoryChecks, lookAtNetwork, networkChecks } from "./doctor_machine.ts";
import type { Program } from "./program.ts";
import type { Host } from "./sign_in_operations.ts";

/** The part of `Operations` that looks at everything and changes nothing but what a renewal changes. */
export interface DoctorOperations {
  /** What can only be learned where the data are open. */
  examine(input: Record<never, never>): Promise<readonly Check[]>;
  /** `prove` renews logins and asks Twitch for the time; without it nobody outside is asked. */
  readyForShow(input: { readonly prove: boolean }): Promise<readonly ShowLine[]>;
  /** The accounts that somebody works with right now. */
  inUse(input: Record<never, never>): Promise<readonly InUse[]>;
  /** The text of a diagnosis bundle with these checks, or with those of `examine`. */
  bundle(input: { readonly checks: readonly Check[] | null }): Promise<string>;
}

/** Those operations on a program in this process. */
export function doctorOperations(program: Program, host: Host, send: typeof fetch = fetch): DoctorOperations {
  const { roster, deps } = program;
  return {
    examine: () => examine(program, host),
    readyForShow: ({ prove }) => lookAtShow(program, prove, send),
    inUse: () => Promise.resolve(activeShow(roster, deps.clock.now())),
    bundle: async ({ checks }) => await bundle(program, host, checks ?? await examine(program, host)),
  };
}

/** The desk of a running server. */
export function doctorDesk(program: Program, host: Host, send: typeof fetch = fetch): DoctorDesk {
  const { config, deps } = program;
  const full = async (): Promise<readonly Check[]> => [
    ...await directoryChecks(config),
    ...await examine(program, host),
    ...networkChecks(await lookAtNetwork(config.twitch, () => deps.clock.now(), send)),
  ];
  return {
    quick: () => examine(program, host),
    full,
    bundle: async () => await bundle(program, host, await full()),
    readyForShow: (prove) => lookAtShow(program, prove, send),
  };
}

async function bundle(program: Program, host: Host, checks: readonly Check[]): Promise<string> {
  const { config, roster, deps } = program;
  const logins = roster.all();
  const ids = logins.flatMap((login) => roster.ids.of(login).map(({ id }) => id.reveal()));
  return bundleOf({
    config,
    checks,
    logins,
    personal: [...ids, ...machineNames(), ...hostsOf(program)],
    events: await eventsOf(program, host),
    now: deps.clock.now(),
  });
}

/** A server knows them; else there is what it has written. */
async function eventsOf(
  { deps: { clock, store } }: Program,
  { events }: Host,
): Promise<readonly BundledEvent[]> {
  if (events !== undefined) return await events();
  const written = new RecentEvents(clock);
  await written.load(store);
  return written.all();
}

function machineNames(): readonly string[] {
  try {
    return [Deno.hostname()];
  } catch {
    return [];
  }
}

/** Services that everybody may use. */
const KNOWN_HOSTS = ["ntfy.sh", "discord.com"];

function hostsOf({ config, hostNames, notifier }: Program): readonly string[] {
  const { publicUrl, twitch } = config;
  const own = [publicUrl, twitch.redirectUri].flatMap((url) =>
    url === undefined ? [] : [new URL(url).hostname]
  );
  return [...own, ...hostNames.all(), ...notifier.hosts]
    .filter((host) => host !== "localhost" && !KNOWN_HOSTS.includes(host));
}

/** What the ready parts of Companion need. */
const NEEDS = (["buttons", "companion-3"] as const).map((name) => ({ name, scopes: PRESETS[name] }));

async function lookAtShow(
  program: Program,
  prove: boolean,
  send: typeof fetch,
): Promise<readonly ShowLine[]> {
  const { roster, refresher, deps, config, notifier } = program;
  const renewals = new Map<Login, Renewal>();
  const [network, disk] = prove
    ? await Promise.all([
      lookAtNetwork(config.twitch, () => deps.clock.now(), send),
      diskNow(program),
      ...roster.all().map(async (login) => {
        renewals.set(login, await proveRenewal(roster, refresher, login));
      }),
    ])
    : [undefined, diskStanding(roster.all()) === "on" ? "full" as const : "unknown" as const];
  const now = deps.clock.now();
  return showLines({
    now,
    logins: roster.all().map((login) =>
      showLogin(program, login, renewals.get(login) ?? { kind: "untried" }, now)
    ),
    clockAhead: network === undefined ? "unasked" : network.clockAhead ?? "silence",
    disk,
    ...showBackup(roster.all(), await backupsMade(program), now),
    notices: { addresses: notifier.hosts.length, testedAt: notifier.testedAt },
    needs: NEEDS,
  });
}

function showLogin(
  { roster }: Program,
  login: Login,
  renewal: Renewal,
  now: Time,
): ShowLogin {
  const { alias, health, reason, serving, expiresAt, askedAt, scopes } = viewOf(roster, login, now);
  const shown = { alias, health, reason, serving, expiresAt, askedAt, scopes };
  return { ...shown, failedPress: failedPress(login, now), renewal };
}

async function diskNow({ config, roster }: Program): Promise<"good" | "full"> {
  if (diskStanding(roster.all()) === "on") return "full";
  const checks = await directoryChecks(config);
  return checks.some(({ check, state }) => check === "data directory" && state === "fail") ? "full" : "good";
}

/** When the backups were made that are made by themselves; undefined where none are. */
async function backupsMade({ config: { backupDir } }: Program): Promise<readonly Time[] | undefined> {
  if (backupDir === undefined) return undefined;
  const found = await backupsIn(backupDir).catch(() => []);
  return found.map(({ at }) => at);
}
