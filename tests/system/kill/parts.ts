/** The parts of the program as its composition root puts them together, the knife on each port. */
import { Connector } from "../../../src/core/connect.ts";
import type { Login } from "../../../src/core/login.ts";
import type { Deps, Store } from "../../../src/core/ports.ts";
import { Refresher } from "../../../src/core/refresher.ts";
import { Roster } from "../../../src/core/roster.ts";
import { Secret } from "../../../src/core/secret.ts";
import type { BackupParts } from "../../../src/cli/backup_operations.ts";
import { systemClock } from "../../../src/cli/clock.ts";
import { openHostNames } from "../../../src/cli/host_names.ts";
import { openPostgresStore } from "../../../src/store/postgres/open.ts";
import type { PostgresStore } from "../../../src/store/postgres/store.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import type { SqliteStore } from "../../../src/store/sqlite/store.ts";
import { takeLock } from "../../../src/store/sqlite/lock.ts";
import { createTwitch } from "../../../src/twitch/client.ts";
import { openVault } from "../../../src/vault/open.ts";
import { saveApp } from "../../../src/core/app_setting.ts";
import { HURRIED } from "../../support/hurried_times.ts";
import { silentLog } from "../../support/silent_log.ts";
import type { SimulatedClient } from "../../support/simulated_twitch/options.ts";
import { type Knife, under } from "./knife.ts";

/** What a store does not write, to see whether the matrix finds it out. */
export type Forgotten = "journal" | "facts";

/** Where they work. */
export interface Site {
  readonly dataDir: string;
  /** That several processes share; left out, it is the one in the data directory. */
  readonly database?: string;
  readonly authUrl: string;
  readonly apiUrl: string;
  readonly client: SimulatedClient;
  readonly forgets?: Forgotten;
}

/** The program, open on a data directory until it is disposed of. */
export interface Parts extends AsyncDisposable, BackupParts {
  readonly connector: Connector;
  refresh(login: Login): Promise<void>;
}

/** Opens them. */
export async function openParts(site: Site, knife: Knife): Promise<Parts> {
  await using open = new AsyncDisposableStack();
  const { dataDir, authUrl, apiUrl, client } = site;
  const opened = await openStoreOf(site, knife, open);
  const clock = systemClock();
  const slots = under(knife, opened);
  const vault = await openVault({ slots, keyFile: `${dataDir}/key`, now: clock.now() });
  const twitch = open.use(createTwitch({ authUrl, apiUrl, clock }));
  const deps: Deps = {
    store: under(knife, forgetful(opened, site.forgets)),
    vault: under(knife, vault),
    shared: "shared" in opened ? under(knife, opened.shared) : undefined,
    twitch: under(knife, twitch),
    ...{ clock, log: silentLog(), random: Math.random },
  };
  const roster = new Roster(deps);
  const clientSecret = client.secret === undefined ? undefined : new Secret(client.secret);
  await roster.useApp({ clientId: client.id, clientSecret });
  await roster.load();
  const connector = new Connector(roster);
  open.defer(() => connector.close());
  const hostNames = await openHostNames(deps.store, { allowedHosts: [] });
  const refresher = new Refresher(roster);
  const end = open.move();
  return {
    ...{ deps, roster, connector, hostNames, refresher },
    async storeApp(app) {
      await saveApp(deps, app);
      return true;
    },
    refresh: (login) => refresher.one(login, "person"),
    [Symbol.asyncDispose]: () => end.disposeAsync(),
  };
}

async function openStoreOf(
  { dataDir, database }: Site,
  knife: Knife,
  open: AsyncDisposableStack,
): Promise<SqliteStore | PostgresStore> {
  if (database !== undefined) {
    return open.use(await openPostgresStore(database, "kill matrix", { lease: HURRIED }));
  }
  const lock = takeLock(dataDir);
  if (lock === undefined) throw new Error("somebody else has the data directory");
  open.use(lock);
  knife.pass("before openStore");
  const opened = open.use(openSqliteStore(dataDir, "kill matrix"));
  knife.pass("after openStore");
  return opened;
}

function forgetful(store: Store, forgets: Forgotten | undefined): Store {
  const odd: Partial<Store> = {
    ...forgets === "journal" && { beginRefresh: (account) => store.replace(account) },
    ...forgets === "facts" && { endRefresh: (account) => store.endRefresh(account) },
  };
  return new Proxy(store, {
    get(target, name) {
      const value = Reflect.get(odd, name) ?? Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
