import type { TwitchApp } from "../core/app.ts";
import { loadApp, saveApp } from "../core/app_setting.ts";
import { AppError } from "../core/error.ts";
import { Connector } from "../core/connect.ts";
import { Owner } from "../core/owner.ts";
import type { Clock, Deps, Log } from "../core/ports.ts";
import type { Shared } from "../core/shared.ts";
import { Refresher } from "../core/refresher.ts";
import { Relay } from "../core/relay.ts";
import { Roster } from "../core/roster.ts";
import { SECOND } from "../core/account.ts";
import type { BackupKey } from "../core/backup_keys.ts";
import { openStore } from "../store/open.ts";
import { secretsIn } from "./store_setting.ts";
import { BesideOthers, type Followed, type FollowSetting } from "./beside_others.ts";
import { createTwitch } from "../twitch/client.ts";
import { scryptPasswords } from "../vault/password.ts";
import { guardedStore } from "../vault/guarded_store.ts";
import { Keyring } from "../vault/keyring.ts";
import { openVault } from "../vault/open.ts";
import type { Config, StoredSettings } from "./config.ts";
import { type HostNames, openHostNames } from "./host_names.ts";
import { maskingVault } from "./masking.ts";
import type { Masks } from "./masks.ts";
import { type NoticeAddresses, openNoticeAddresses } from "./notice_addresses.ts";
import { PROGRAM } from "./version.ts";

/** A refresh under way at the end is given so long to come back and be stored: a request takes 10 s at most. */
const LAST_WAIT = 12 * SECOND;

/** So begins the lease of every process that knows the data key, or is about to read it. */
export const SERVING = "serving";

/** The settings, once more with what the setup stored as soon as that can be read. Throws `AppError` `settings`. */
export type Settings = (stored?: StoredSettings) => Config;

/** The parts of the running program, put together. Whoever makes one holds the lock of the data directory. */
export interface Program extends AsyncDisposable {
  /** Whether a database that several processes share does not answer. */
  storeIsAway(): boolean;
  /** Takes over from now on what other processes write: logins, settings of the program itself, and these. */
  besideOthers(settings: Followed): void;
  /** The settings that it was opened with; the app of the setup is not among them. */
  readonly config: Config;
  readonly deps: Deps;
  readonly roster: Roster;
  readonly refresher: Refresher;
  readonly connector: Connector;
  readonly relay: Relay;
  readonly owner: Owner;
  readonly notifier: NoticeAddresses;
  readonly hostNames: HostNames;
  readonly keyring: Keyring;
  /** Unlocks the vault with what a person has typed and opens everything. Throws `AppError` as `Keyring.unlock` does. */
  unlock(typed: BackupKey): Promise<void>;
  /** Stores the app of the setup and uses it; false if flags or environment name another, which goes first. */
  storeApp(app: TwitchApp): Promise<boolean>;
}

/** What a program is made with. */
export interface ProgramParts {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly log: Log;
  /** What the log must not show. */
  readonly masks: Masks;
}

/**
 * Opens store, vault and Twitch client and reads the logins. A key that is missing or wrong leaves the vault locked;
 * everything else that fails is thrown as `AppError`, and nothing stays open.
 */
export async function openProgram(given: ProgramParts): Promise<Program> {
  const { settings, log, masks } = given;
  const config = settings();
  await using open = new AsyncDisposableStack();
  const { deps, keyring, twitch } = await openDeps(given, config, open);
  const roster = new Roster(deps);
  const useStoredApp = async (): Promise<TwitchApp | undefined> => {
    const app = await appInUse(settings, deps);
    if (app?.clientSecret !== undefined) masks.add(app.clientSecret);
    await roster.useApp(app);
    return app;
  };
  await useStoredApp();
  await roster.load();
  const refresher = new Refresher(roster);
  open.defer(() => refresher.close(AbortSignal.timeout(LAST_WAIT)));
  const connector = new Connector(roster);
  open.defer(() => connector.close());
  const relay = new Relay(roster, refresher, twitch);
  const owner = await Owner.load(deps, scryptPasswords());
  const notifier = open.use(await openNoticeAddresses(deps, config.noticeUrls, masks));
  const hostNames = await openHostNames(deps.store, config);
  const end = open.move();
  const parts = { config, deps, roster, refresher, connector, relay, owner, notifier, hostNames, keyring };
  let others: BesideOthers | undefined;
  return {
    ...parts,
    storeIsAway: () => others?.away === true,
    besideOthers(more) {
      if (deps.shared === undefined) return;
      if (others === undefined) {
        // With a key that counts no more it cannot be read, and the one in use stays.
        const followApp = async (): Promise<void> => {
          await keyring.follow();
          if (deps.vault.locked === undefined) await useStoredApp();
        };
        others = end.use(new BesideOthers(roster, deps.shared, () => followKey(parts, followApp)));
        others.follow(followedBy(parts, followApp));
      }
      others.follow(more);
    },
    async unlock(typed) {
      if (deps.vault.locked === undefined) return;
      await keyring.unlock(typed);
      log.info("the logins are unlocked");
      await useStoredApp();
      await openRest(parts);
    },
    async storeApp(app) {
      await saveApp(deps, app);
      log.info("twitch app stored", { clientId: app.clientId });
      const stored = await useStoredApp();
      return stored?.clientId === app.clientId &&
        stored.clientSecret?.reveal() === app.clientSecret?.reveal();
    },
    [Symbol.asyncDispose]: () => end.disposeAsync(),
  };
}

/** What everything else is made of: the store, the vault with whatever key is at hand, and Twitch. */
async function openDeps({ clock, log, masks }: ProgramParts, config: Config, open: AsyncDisposableStack) {
  for (const secret of secretsIn(config.store)) masks.add(secret);
  const disk = open.use(await openStore(config.store.reveal(), config.dataDir, PROGRAM));
  const shared = "shared" in disk ? disk.shared : undefined;
  const place = { ...config.keys, slots: disk };
  const vault = await openAlone(shared, clock, async () => {
    // Before the key is read: whoever changes it sees all that know it.
    open.use(await shared?.lease(`${SERVING} ${crypto.randomUUID()}`));
    return await openVault({ ...place, now: clock.now() });
  });
  for (const note of vault.notes) log.warn(note);
  if (vault.locked !== undefined) log.error("the logins are locked", { reason: vault.locked });
  const { authUrl, apiUrl } = config.twitch;
  const twitch = open.use(createTwitch({ authUrl, apiUrl, clock }));
  const keyring = new Keyring(place, vault);
  const store = guardedStore(disk, vault, () => keyring.follow());
  const masking = maskingVault(vault, masks);
  const deps: Deps = { store, vault: masking, twitch, clock, log, random: Math.random, shared };
  return { deps, twitch, keyring };
}

/** Two processes that start at once on an empty database must not both make a data key. */
export async function openAlone<T>(
  shared: Shared | undefined,
  clock: Clock,
  work: () => Promise<T>,
): Promise<T> {
  if (shared === undefined) return await work();
  while (true) {
    await using lease = await shared.lease("opening");
    if (lease !== undefined) return await work();
    await clock.sleep(SECOND / 4);
  }
}

/** What another process may write of the parts of a program, by the setting that it is kept in. */
function followedBy(
  { connector, owner, notifier, hostNames }: Pick<Program, "connector" | "owner" | "notifier" | "hostNames">,
  app: FollowSetting,
): Followed {
  const [door, connect] = [() => owner.follow(), () => connector.follow()];
  return new Map([
    ["owner", door],
    ["setup_code", door],
    ["attempts", connect],
    ["held_sign_ins", connect],
    ["twitch_app", app],
    ["notice_addresses", () => notifier.unlocked()],
    ["allowed_hosts", () => hostNames.follow()],
  ]);
}

/** Another process may have changed the data key while this one was cut off: it is opened again, or the logins are locked. */
async function followKey(
  { deps, keyring, roster, refresher }: Pick<Program, "deps" | "keyring" | "roster" | "refresher">,
  followApp: FollowSetting,
): Promise<void> {
  await keyring.follow();
  await keyring.onNews(async (news) => {
    if (news === "locked") return deps.log.error("the logins are locked", { reason: deps.vault.locked });
    // First, or every login would be taken for one of another app.
    await followApp();
    await roster.openAll();
    deps.log.warn("another process has changed the key: the logins are open with the new one");
    void refresher.due();
  });
}

/** Everything that a locked vault has kept closed. */
async function openRest(
  { roster, notifier, connector, refresher }: Pick<
    Program,
    "roster" | "notifier" | "connector" | "refresher"
  >,
): Promise<void> {
  await roster.openAll();
  await notifier.unlocked();
  await connector.resume();
  void refresher.due();
}

async function appInUse(settings: Settings, deps: Deps): Promise<TwitchApp | undefined> {
  return appOf(settings(await storedApp(deps) ?? {}));
}

/** Undefined while the vault is locked. One that does not open by itself keeps no token from being served. */
async function storedApp(deps: Deps): Promise<TwitchApp | undefined> {
  if (deps.vault.locked !== undefined) return undefined;
  try {
    return await loadApp(deps);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "locked") throw error;
    deps.log.error("the Twitch app cannot be opened: enter it again", { error: error.message });
    return undefined;
  }
}

/** The app that the settings name. */
export function appOf({ twitch }: Config): TwitchApp | undefined {
  const { clientId, clientSecret } = twitch;
  return clientId === undefined ? undefined : { clientId, clientSecret };
}
