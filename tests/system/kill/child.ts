/**
 * A composition root like that of the program, with a knife on the ports: signs in or refreshes by the real parts, and
 * dies where it was told to. What it does it tells in lines of JSON on standard output.
 */
import { Connector, type DeviceState } from "../../../src/core/connect.ts";
import type { Login } from "../../../src/core/login.ts";
import { readPasted } from "../../../src/core/paste.ts";
import type { Deps, Store } from "../../../src/core/ports.ts";
import { Refresher } from "../../../src/core/refresher.ts";
import { Roster } from "../../../src/core/roster.ts";
import { Secret } from "../../../src/core/secret.ts";
import { systemClock } from "../../../src/cli/clock.ts";
import { openStore } from "../../../src/store/open.ts";
import { takeLock } from "../../../src/store/sqlite/lock.ts";
import { createTwitch } from "../../../src/twitch/client.ts";
import { openVault } from "../../../src/vault/open.ts";
import { silentLog } from "../../support/silent_log.ts";
import { REDIRECT_URI, type SimulatedClient } from "../../support/simulated_twitch/options.ts";
import { type Death, Knife, under } from "./knife.ts";

/** What a child is told, as JSON in its only argument. */
export interface Orders {
  readonly dataDir: string;
  readonly authUrl: string;
  readonly apiUrl: string;
  readonly client: SimulatedClient;
  /** What it is killed in. Before `refresh` and `sign in again` it signs in. */
  readonly act: "sign in" | "sign in again" | "refresh";
  /** Refreshes that go well before that. */
  readonly earlier: number;
  /** Left out, it lives. */
  readonly death?: Death;
  /** Refreshes leave no journal: what the matrix must find out. */
  readonly withoutJournal?: boolean;
}

/** A line of a child. */
export type Told =
  | { readonly kind: "authorize" | "device"; readonly text: string }
  | { readonly kind: "signed in"; readonly id: string }
  /** From the next line of its input on it may be killed. */
  | { readonly kind: "ready" }
  /** A step came by, at this time of the machine's clock. */
  | { readonly kind: "step"; readonly step: string; readonly at: number };

function tell(told: Told): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(told)}\n`));
}

/** The parts of the program, the knife on each port. */
class Child implements Disposable {
  readonly #orders: Orders;
  readonly #roster: Roster;
  readonly #connector: Connector;
  readonly #deps: Deps;

  constructor(orders: Orders, deps: Deps) {
    this.#orders = orders;
    this.#deps = deps;
    this.#roster = new Roster(deps);
    this.#connector = new Connector(this.#roster);
  }

  async load(): Promise<void> {
    const { id, secret } = this.#orders.client;
    await this.#roster.load();
    const clientSecret = secret === undefined ? undefined : new Secret(secret);
    await this.#roster.useApp({ clientId: id, clientSecret });
  }

  async signIn(): Promise<Login> {
    const byCode = this.#orders.client.secret !== undefined;
    const { login, id } = byCode ? await this.#byCode() : await this.#byDevice();
    tell({ kind: "signed in", id: id.reveal() });
    return login;
  }

  async #byCode() {
    const { authorizeUrl, state } = await this.#connector.begin(WISH, REDIRECT_URI);
    tell({ kind: "authorize", text: authorizeUrl });
    return await this.#connector.finish(readPasted(await typed(), REDIRECT_URI), state);
  }

  async #byDevice() {
    const { attempt, userCode } = await this.#connector.beginDevice(WISH);
    tell({ kind: "device", text: userCode });
    let state: DeviceState;
    do {
      await this.#deps.clock.sleep(10);
      state = this.#connector.device(attempt);
    } while (state.kind === "waiting");
    if (state.kind === "failed") throw state.error;
    return state.connected;
  }

  async refresh(login: Login): Promise<void> {
    await new Refresher(this.#roster).one(login, "person");
  }

  [Symbol.dispose](): void {
    this.#connector.close();
  }
}

const WISH = { scopes: ["chat:read", "chat:edit"], label: "" };

async function typed(): Promise<string> {
  const bytes = new Uint8Array(4096);
  const length = await Deno.stdin.read(bytes) ?? 0;
  return new TextDecoder().decode(bytes.subarray(0, length));
}

/** A store whose refreshes leave no trace before they are over. */
function forgetful(store: Store): Store {
  return new Proxy(store, {
    get(target, name) {
      if (name === "beginRefresh") return target.replace.bind(target);
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

async function act(orders: Orders): Promise<void> {
  const { dataDir, authUrl, apiUrl } = orders;
  using lock = takeLock(dataDir);
  if (lock === undefined) throw new Error("somebody else has the data directory");
  using store = openStore("sqlite:", dataDir, "kill matrix");
  const clock = systemClock();
  const vault = await openVault({ slots: store, keyFile: `${dataDir}/key`, now: clock.now() });
  using twitch = createTwitch({ authUrl, apiUrl, clock });
  const knife = new Knife(orders.death, (step) => tell({ kind: "step", step, at: Date.now() }));
  using child = new Child(orders, {
    store: under(knife, orders.withoutJournal === true ? forgetful(store) : store),
    vault: under(knife, vault),
    twitch: under(knife, twitch),
    ...{ clock, log: silentLog(), random: Math.random },
  });
  await child.load();
  const login = orders.act === "sign in" ? undefined : await child.signIn();
  for (let done = 0; login !== undefined && done < orders.earlier; done++) await child.refresh(login);
  tell({ kind: "ready" });
  await typed();
  knife.armed = true;
  if (orders.act === "refresh" && login !== undefined) await child.refresh(login);
  else await child.signIn();
}

if (import.meta.main) await act(JSON.parse(Deno.args[0] ?? "{}"));
