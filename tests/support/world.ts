import type { Account, Duration, Grant, Time } from "../../src/core/account.ts";
import type { TwitchApp } from "../../src/core/app.ts";
import { BesideOthers } from "../../src/cli/beside_others.ts";
import { Connector } from "../../src/core/connect.ts";
import { newId, sealId } from "../../src/core/ids.ts";
import type { Login } from "../../src/core/login.ts";
import { Owner } from "../../src/core/owner.ts";
import type { Deps } from "../../src/core/ports.ts";
import { Refresher } from "../../src/core/refresher.ts";
import { Roster } from "../../src/core/roster.ts";
import { Secret } from "../../src/core/secret.ts";
import { anAccount } from "./account_samples.ts";
import { FakeClock, START } from "./fake_clock.ts";
import { FakePasswords } from "./fake_passwords.ts";
import { FakeVault } from "./fake_vault.ts";
import { MemoryStore, type StoreHook } from "./memory_store.ts";
import { type Person, ScriptedTwitch } from "./scripted_twitch.ts";
import type { SharedConnection, SharedMemory } from "./shared_memory.ts";
import { SilentLog } from "./silent_log.ts";

export const OWL: Person = { twitchId: "12345", login: "nightowl" };
export const WREN: Person = { twitchId: "67890", login: "wren" };
export const SCOPES: readonly string[] = ["chat:read", "chat:edit"];
/** An app with a secret, and one without. */
export const CONFIDENTIAL: TwitchApp = { clientId: "app-1", clientSecret: new Secret("app-secret") };
export const PUBLIC: TwitchApp = { clientId: "app-1", clientSecret: undefined };

const WRITES = ["add", "replace", "beginRefresh", "endRefresh", "remove", "addId", "removeId", "learn"];

/** Everything that core is made of, with fakes around it. */
export interface World {
  readonly clock: FakeClock;
  readonly store: MemoryStore;
  readonly vault: FakeVault;
  readonly twitch: ScriptedTwitch;
  readonly log: SilentLog;
  readonly deps: Deps;
  readonly roster: Roster;
  readonly refresher: Refresher;
  readonly connector: Connector;
  readonly passwords: FakePasswords;
  readonly owner: Owner;
  /** What was asked of Twitch and written to the store, and what became visible, in order. */
  readonly events: string[];
  /** Runs before each method of the store, after it has been noted. */
  onStore: StoreHook | undefined;
  /** For jitter. */
  random: number;
}

/** A world with an app (`CONFIDENTIAL` unless told otherwise) and no account. A public app's tokens are single-use. */
export async function world(app: TwitchApp | undefined = CONFIDENTIAL): Promise<World> {
  const clock = new FakeClock();
  const events: string[] = [];
  const twitch = new ScriptedTwitch(clock, events);
  const spends = app.clientSecret === undefined;
  Object.assign(twitch, { rotates: spends, oldTokensDie: spends, punishesReplay: spends });
  return await start({ clock, events, twitch, store: new MemoryStore(), vault: new FakeVault() }, app);
}

/** The same disk, Twitch and time with a new process. */
export function restarted(before: World, app = before.roster.app): Promise<World> {
  before.connector.close();
  return start(before, app);
}

/** Processes on one database, with the same Twitch and time; each takes over what the others write. */
export async function worldsOn(
  memory: SharedMemory,
  count: number,
  app: TwitchApp = CONFIDENTIAL,
): Promise<readonly World[]> {
  const first = await world(app);
  const outside = { ...first, store: memory.store, vault: new FakeVault() };
  const worlds: World[] = [];
  for (let at = 0; at < count; at++) worlds.push(await start(outside, app, memory.connect()));
  return worlds;
}

/** Takes over what others write until it is disposed of. */
export function besideOthers({ roster, deps, owner, connector }: World): BesideOthers {
  if (deps.shared === undefined) throw new Error("nobody else is there");
  const others = new BesideOthers(roster, deps.shared);
  const [door, connect] = [() => owner.follow(), () => connector.follow()];
  others.follow(
    new Map([["owner", door], ["setup_code", door], ["attempts", connect], ["held_sign_ins", connect]]),
  );
  return others;
}

type Outside = Pick<World, "clock" | "events" | "twitch" | "store" | "vault">;

async function start(
  outside: Outside,
  app: TwitchApp | undefined,
  connection?: SharedConnection,
): Promise<World> {
  const { clock, events, twitch, store, vault } = outside;
  const log = new SilentLog();
  const deps: Deps = {
    ...{ clock, twitch, vault, log, shared: connection },
    store: connection?.store ?? store,
    random: () => made.random,
  };
  const roster = new Roster(deps);
  const passwords = new FakePasswords();
  const owner = await Owner.load(deps, passwords);
  const made: World = {
    ...{ clock, store, vault, twitch, log, deps, roster, passwords, owner, events },
    refresher: new Refresher(roster),
    connector: new Connector(roster),
    onStore: undefined,
    random: 0.5,
  };
  store.before = (method) => {
    if (WRITES.includes(method)) events.push(method);
    return made.onStore?.(method);
  };
  await roster.load();
  await roster.useApp(app);
  for (const login of roster.all()) watch(made, login);
  events.length = 0;
  return made;
}

/** Notes in `events` when another access token can be seen. */
function watch({ events }: World, login: Login): void {
  let seen = login.access?.reveal();
  login.watchers.add(() => {
    const now = login.access?.reveal();
    if (now === seen) return;
    seen = now;
    events.push(`shown ${now}`);
  });
}

/** An account with this grant sealed for it. */
export async function account(
  { vault }: Pick<World, "vault">,
  grant: Grant,
  over: Partial<Account> = {},
): Promise<Account> {
  const { scopes, issuedAt, expiresAt } = grant;
  const row = anAccount({ scopes, issuedAt, expiresAt, createdAt: issuedAt, ...over });
  return { ...row, grant: await vault.sealGrant(grant, row.key, row.generation) };
}

/** A grant as Twitch has just given it. */
export function grant(over: Partial<Grant> = {}): Grant {
  return {
    access: new Secret("access-0"),
    refresh: new Secret("refresh-0"),
    scopes: SCOPES,
    issuedAt: START,
    expiresAt: START + 4 * 3_600_000,
    ...over,
  };
}

/** Somebody who has signed in this moment. The events and requests of it are forgotten. */
export async function signedIn(
  world: World,
  person: Person = OWL,
  over: Partial<Account> = {},
): Promise<Login> {
  const { clock, roster, twitch, vault } = world;
  const clientId = over.clientId ?? roster.app?.clientId ?? "app-1";
  const { access, refresh, scopes, expiresIn } = twitch.grant(person, clientId, SCOPES);
  if (access === undefined || refresh === undefined) throw new Error("no tokens");
  const now = clock.now();
  const expiresAt = expiresIn === undefined ? undefined : now + expiresIn;
  const row = await account(
    world,
    grant({ access, refresh, scopes: scopes ?? [], issuedAt: now, expiresAt }),
    { key: `key-${person.twitchId}`, alias: person.login, ...person, clientId, ...over },
  );
  const id = newId();
  await roster.add(row, access, { id, stored: await sealId(vault, id, row, now) });
  const login = roster.get(row.key);
  if (login === undefined) throw new Error("not added");
  login.validation = { at: now, answered: true };
  watch(world, login);
  world.events.length = 0;
  twitch.calls.length = 0;
  return login;
}

/** Moves time and does what is due then, as the background job does each minute. */
export async function later(world: World, span: Duration): Promise<void> {
  await world.clock.advance(span);
  await world.refresher.due();
}

/** The grant that is at rest for the login. */
export async function stored({ store, vault }: World, login: Login): Promise<Grant> {
  const row = await store.account(login.account.key);
  if (row === undefined) throw new Error("no such row");
  return await vault.openGrant(row.grant, row.key, row.generation);
}

/** Moves to the moment at which the background job refreshes a token of four hours. */
export function untilDue(world: World, login: Login): Duration {
  const due: Time = (login.account.expiresAt ?? 0) - (world.roster.app?.clientSecret ? 122 : 30) * 60_000;
  return due - world.clock.now();
}
