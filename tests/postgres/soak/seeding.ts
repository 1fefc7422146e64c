/** Signs many in at once, by the parts of the program, before any instance runs. */
import { systemClock } from "../../../src/cli/clock.ts";
import { Connector } from "../../../src/core/connect.ts";
import { readPasted } from "../../../src/core/paste.ts";
import type { Deps } from "../../../src/core/ports.ts";
import { Roster } from "../../../src/core/roster.ts";
import { Secret } from "../../../src/core/secret.ts";
import { openStore } from "../../../src/store/open.ts";
import { createTwitch } from "../../../src/twitch/client.ts";
import { openVault } from "../../../src/vault/open.ts";
import { silentLog } from "../../support/silent_log.ts";
import {
  REDIRECT_URI,
  type SimulatedClient,
  type SimulatedUser,
} from "../../support/simulated_twitch/options.ts";
import type { SimulatedTwitch } from "../../support/simulated_twitch/simulated_twitch.ts";

/** Somebody who has signed in. */
export interface Seeded {
  readonly key: string;
  readonly login: string;
  readonly id: string;
}

/** Where they sign in. */
export interface Ground {
  /** As TOKEN_SERVER_STORE says it. */
  readonly store: string;
  readonly dataDir: string;
  readonly keyFile: string;
  readonly client: SimulatedClient;
  readonly sim: SimulatedTwitch;
}

const WISH = { scopes: ["chat:read", "chat:edit"], label: "" };
/** So many at once. */
const LANES = 4;

/** As many people as are wanted, none of whom has signed in. */
export function people(count: number): readonly SimulatedUser[] {
  return Array.from({ length: count }, (_, at) => {
    const login = `streamer_${String(at + 1).padStart(3, "0")}`;
    return { id: String(70_000_000 + at), login, displayName: login };
  });
}

/** Signs in each of them. */
export async function seed(ground: Ground, users: readonly SimulatedUser[]): Promise<readonly Seeded[]> {
  await using open = new AsyncDisposableStack();
  const store = open.use(await openStore(ground.store, ground.dataDir, "soak"));
  const clock = systemClock();
  const vault = await openVault({ slots: store, keyFile: ground.keyFile, now: clock.now() });
  const fetch = (input: URL | RequestInfo, init?: RequestInit): Promise<Response> =>
    ground.sim.fetch(input instanceof Request ? input : String(input), init);
  const url = "http://twitch.example";
  const twitch = open.use(createTwitch({ authUrl: `${url}/oauth2`, apiUrl: `${url}/helix`, clock, fetch }));
  const deps: Deps = { store, vault, twitch, clock, log: silentLog(), random: Math.random };
  const roster = new Roster(deps);
  const { id: clientId, secret } = ground.client;
  await roster.useApp({ clientId, clientSecret: secret === undefined ? undefined : new Secret(secret) });
  const connector = new Connector(roster);
  open.defer(() => connector.close());
  const seeded: Seeded[] = [];
  const queue = users.values();
  const lane = async (): Promise<void> => {
    for (const user of queue) {
      const { login: { account }, id } = secret === undefined
        ? await byDevice(connector, ground.sim, user)
        : await byCode(connector, ground.sim, user);
      seeded.push({ key: account.key, login: user.login, id: id.reveal() });
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return seeded;
}

async function byCode(connector: Connector, sim: SimulatedTwitch, { login }: SimulatedUser) {
  const { authorizeUrl, state } = await connector.begin(WISH, REDIRECT_URI);
  return await connector.finish(
    readPasted(await sim.signIn(authorizeUrl, { user: login }), REDIRECT_URI),
    state,
  );
}

async function byDevice(connector: Connector, sim: SimulatedTwitch, { login }: SimulatedUser) {
  const { attempt, userCode } = await connector.beginDevice(WISH);
  sim.approveDevice(userCode, { user: login });
  while (true) {
    const state = connector.device(attempt);
    if (state.kind === "failed") throw state.error;
    if (state.kind !== "waiting") return state.connected;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
