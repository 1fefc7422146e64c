import assert from "node:assert/strict";
import type { TwitchApp } from "../../src/core/app.ts";
import type { Login } from "../../src/core/login.ts";
import { Relay } from "../../src/core/relay.ts";
import { Secret } from "../../src/core/secret.ts";
import { createApp } from "../../src/http/app.tsx";
import type { HealthReport, HttpDeps } from "../../src/http/deps.ts";
import { createHandler } from "../../src/http/handler.ts";
import { createRoom } from "../../src/http/room.ts";
import { SESSION_COOKIE } from "../../src/http/session.ts";
import { FakeDoctor } from "../support/fake_doctor.ts";
import { ScriptedHelix } from "../support/scripted_helix.ts";
import { SettingsFakes } from "./settings_fakes.ts";
import { CONFIDENTIAL, SCOPES, type World, world } from "../support/world.ts";

/** The password of every house. */
export const PASSWORD = "correct horse battery";

/** A server as the composition root makes one, with a world behind it and a browser before it that is signed in. */
export interface House {
  readonly world: World;
  readonly settings: SettingsFakes;
  readonly helix: ScriptedHelix;
  readonly relay: Relay;
  readonly saved: TwitchApp[];
  health: HealthReport;
  /** What the server calls for each request. */
  readonly handler: ReturnType<typeof createHandler>;
  ask(path: string, how?: How): Promise<Response>;
  /** The answer of the handler as it comes, promise or not; from nobody who is signed in. */
  raw(path: string, how?: How): Response | Promise<Response>;
  /** Sends a form as our own page would. */
  send(path: string, fields: Readonly<Record<string, string>>, how?: How): Promise<Response>;
}

/** How a request is sent; from the signed-in browser on this machine unless told otherwise. */
export interface How {
  readonly method?: string;
  readonly host?: string;
  readonly peer?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** From a browser without a session. */
  readonly stranger?: true;
}

/** Those who ask there have no cookies. */
const FOR_MACHINES = /^\/(token|status|as\/|healthz|control|callback)|[?&]id=/;
const LAN: How = { host: "192.168.1.20:8948", peer: "192.168.1.77" };

/** A machine elsewhere in the network, such as the one that Companion runs on. */
export function fromLan(how: How = {}): How {
  return { ...LAN, ...how };
}

/** A server with an app (`CONFIDENTIAL` unless told otherwise) and no account. */
export async function house(app?: TwitchApp, over: Partial<HttpDeps> = {}): Promise<House> {
  const made = await world(app ?? CONFIDENTIAL);
  return around(made, over);
}

/** A server around this world. */
export function around(made: World, over: Partial<HttpDeps> = {}): House {
  const { roster, refresher, connector, owner, log, clock } = made;
  const saved: TwitchApp[] = [];
  const helix = new ScriptedHelix(made.twitch);
  const relay = new Relay(roster, refresher, helix);
  const settings = new SettingsFakes();
  const deps: HttpDeps = {
    ...settings.deps,
    ...{ roster, refresher, connector, relay, owner, log, clock },
    doctor: new FakeDoctor(),
    hosts: {
      machineName: "pi",
      publicUrl: "https://token.example.org",
      allowed: () => settings.allowedNames,
    },
    redirectUri: () => "http://localhost:8948/callback",
    presets: [
      { name: "companion-3", scopes: SCOPES },
      { name: "buttons", scopes: ["clips:edit"] },
    ],
    permissions: [
      { group: "broadcaster", scopes: ["bits:read", "channel:bot", "channel:read:stream_key"] },
      { group: "user", scopes: [...SCOPES, "clips:edit"] },
    ],
    health: () => built.health,
    saveApp: async (app) => {
      saved.push(app);
      await roster.useApp(app);
    },
    version: "1.2.3",
    port: () => 8948,
    baseUrls: () => ["http://192.168.1.20:8948", "http://127.0.0.1:8948"],
    ...over,
  };
  const room = createRoom(deps);
  const handler = createHandler(room, () => Promise.resolve(createApp(deps, room)));
  const raw = (path: string, how: How = {}): Response | Promise<Response> => {
    const { method = "GET", host = "localhost:8948", peer = "127.0.0.1", headers = {}, body } = how;
    const init = { method, headers: { host, ...headers }, ...(body === undefined ? {} : { body }) };
    const request = new Request(`http://${host}${path}`, init);
    return handler(request, { remoteAddr: { transport: "tcp", hostname: peer } });
  };
  let signedIn: Promise<string> | undefined;
  const ask = async (path: string, how: How = {}): Promise<Response> => {
    if (how.stranger || FOR_MACHINES.test(path)) return await raw(path, how);
    const cookie = await (signedIn ??= signedInCookie(made));
    return await raw(path, { ...how, headers: { cookie, ...how.headers } });
  };
  const built: House = {
    ...{ world: made, settings, helix, relay, saved, handler, raw, ask },
    health: { status: "ok", logins: { connected: 0, retrying: 0, needs_login: 0 } },
    async send(path, fields, how = {}) {
      const body = new URLSearchParams({ form: await formToken(built, how), ...fields }).toString();
      const headers = { "content-type": "application/x-www-form-urlencoded", ...how.headers };
      return await ask(path, { method: "POST", ...how, headers, body });
    },
  };
  return built;
}

/** The cookie of a new session of the owner; the first time the password is set, even where the disk takes nothing else. */
export async function signedInCookie({ owner, store }: World): Promise<string> {
  const { failWrites } = store;
  store.failWrites = false;
  const visitor = { from: "127.0.0.1", userAgent: "" };
  const code = owner.setupCode;
  const { value } = code === undefined
    ? await owner.signIn(new Secret(PASSWORD), visitor)
    : await owner.claim(code, new Secret(PASSWORD), visitor);
  store.failWrites = failWrites;
  return `${SESSION_COOKIE}=${value.reveal()}`;
}

/** The secret of the forms that a browser is shown: the session's, or before sign-in that of the process. */
export async function formToken(house: House, { stranger }: How = {}): Promise<string> {
  const page = await (stranger ? await house.ask("/sign-in", { stranger }) : await house.ask("/")).text();
  return /name="form" value="([^"]+)"/.exec(page)?.[1] ?? "";
}

/** The id of a login as Companion would send it. */
export function idOf(house: House, login: Login): string {
  return house.world.roster.ids.of(login)[0]?.id.reveal() ?? "";
}

/** The token that a login hands out now. */
export function tokenOf(login: Login): string {
  return login.access?.reveal() ?? "";
}

/** A login whose end Twitch has told in two words. */
export async function ended(house: House, login: Login, expiresAt = house.world.clock.now()): Promise<void> {
  const since = house.world.clock.now();
  await house.world.roster.update(login, (row) => ({
    ...row,
    expiresAt,
    health: { state: "needs_login", since, reason: "refused" },
  }));
}

/** The error of a machine route: one plain line without any of `secrets`. */
export async function assertLine(
  answer: Response,
  status: number,
  secrets: readonly string[] = [],
): Promise<string> {
  const line = await answer.text();
  assert.equal(answer.status, status, line);
  assert.equal(answer.headers.get("content-type"), "text/plain; charset=utf-8");
  assert.equal(answer.headers.get("cache-control"), "no-store");
  assert.match(line, /^[\x20-\x7e]{1,120}$/);
  assert.doesNotMatch(line, /["'\\`]/);
  for (const secret of secrets) assert.ok(!line.includes(secret), `${secret} in ${line}`);
  return line;
}
