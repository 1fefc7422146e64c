// A client for tests of the simulation: it sends what it is told to and shows what came back, nothing else.

import {
  CONFIDENTIAL_CLIENT,
  FIRST_USER,
  REDIRECT_URI,
  type SimulatedClient,
  type SimulatedTwitchOptions,
} from "./options.ts";
import { createSimulatedTwitch, type SimulatedTwitch } from "./simulated_twitch.ts";

/** An answer, read to its end. */
export interface Answer {
  status: number;
  type: string | null;
  headers: Headers;
  text: string;
}

/** The parts of a token answer that tests pass on. */
export interface Tokens {
  access_token: string;
  expires_in: number;
  refresh_token: string;
}

/** The client, the simulation behind it, and the clock of both. */
export interface Driver {
  sim: SimulatedTwitch;
  /** Moves the simulation's clock on. */
  advance(seconds: number): void;
  send(path: string, init?: RequestInit): Promise<Answer>;
  /** A POST with a urlencoded body; undefined parameters are left out. */
  post(path: string, params: Record<string, string | undefined>): Promise<Answer>;
  validate(token: string): Promise<Answer>;
  refresh(client: SimulatedClient, refreshToken: string): Promise<Answer>;
  /** A whole sign-in by a device code, which serves both types of app. */
  connect(client: SimulatedClient, scopes?: string, user?: string): Promise<Tokens>;
}

/** Makes a simulation whose clock stands still at a fixed time, and a client for it. */
export function createDriver(options: SimulatedTwitchOptions = {}): Driver {
  let now = Date.UTC(2026, 0, 2, 3, 4, 5);
  const sim = createSimulatedTwitch({ now: () => now, ...options });

  async function send(path: string, init: RequestInit = {}): Promise<Answer> {
    const response = await sim.fetch(`https://id.twitch.tv${path}`, init);
    const { status, headers } = response;
    return { status, headers, type: headers.get("content-type"), text: await response.text() };
  }

  function post(path: string, params: Record<string, string | undefined>): Promise<Answer> {
    const given = Object.entries(params).filter((entry): entry is [string, string] => entry[1] !== undefined);
    return send(path, { method: "POST", body: new URLSearchParams(given) });
  }

  function refresh(client: SimulatedClient, refreshToken: string): Promise<Answer> {
    const { id: client_id, secret: client_secret } = client;
    return post("/oauth2/token", {
      client_id,
      client_secret,
      grant_type: "refresh_token",
      refresh_token: refreshToken,
    });
  }

  async function connect(
    client: SimulatedClient,
    scopes = "chat:read",
    user = FIRST_USER.login,
  ): Promise<Tokens> {
    const started = await post("/oauth2/device", { client_id: client.id, scopes });
    const { device_code, user_code } = JSON.parse(started.text);
    sim.approveDevice(user_code, { user });
    const answer = await post("/oauth2/token", {
      client_id: client.id,
      device_code,
      grant_type: DEVICE_GRANT,
    });
    return JSON.parse(answer.text);
  }

  return {
    sim,
    advance(seconds): void {
      now += seconds * 1000;
    },
    send,
    post,
    validate: (token) => send("/oauth2/validate", { headers: { authorization: `OAuth ${token}` } }),
    refresh,
    connect,
  };
}

export const DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";

/** An authorize URL as a client would build it; undefined leaves a parameter out. */
export function authorizeUrl(params: Record<string, string | undefined> = {}): string {
  const url = new URL("https://id.twitch.tv/oauth2/authorize");
  const all = {
    client_id: CONFIDENTIAL_CLIENT.id,
    redirect_uri: REDIRECT_URI,
    response_type: "code",
    scope: "channel:read:polls chat:read",
    state: "st4te",
    ...params,
  };
  for (const [name, value] of Object.entries(all)) if (value !== undefined) url.searchParams.set(name, value);
  return url.href;
}
