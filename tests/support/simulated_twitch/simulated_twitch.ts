// A Twitch that fits into a test: no network, no permissions, its clock and its dice chosen by the caller.
// Requests go by path alone, so https://id.twitch.tv/oauth2/token and http://127.0.0.1:1234/oauth2/token are the same.

import { struck } from "./broken_answers.ts";
import { Codes } from "./codes.ts";
import { type Counters, countersOf, type GrantView, grantViews } from "./counters.ts";
import { type Fault, Faults } from "./faults.ts";
import { Grants } from "./grants.ts";
import type { HelixUse } from "./helix.ts";
import {
  CONFIDENTIAL_CLIENT,
  PUBLIC_CLIENT,
  type SimulatedTwitchOptions,
  type Switches,
  switchesOf,
  USERS,
} from "./options.ts";
import { type People, peopleOf, signIn } from "./people.ts";
import { createRandom } from "./random.ts";
import { Registry } from "./registry.ts";
import {
  credentials,
  type Endpoint,
  endpointOf,
  type Parameters,
  readParameters,
  RequestLog,
  type RequestRecord,
} from "./requests.ts";
import { answered } from "./routes.ts";
import type { World } from "./world.ts";

/** The simulated Twitch: requests come in by handle(), everything else belongs to the test. */
export interface SimulatedTwitch extends People {
  readonly switches: Switches;
  readonly faults: Faults;
  /** Every request that arrived, oldest first. */
  readonly requests: readonly RequestRecord[];
  readonly counters: Counters;
  /** Rejects with a TypeError where a transport fault strikes, with the signal's reason after an abort. */
  handle(request: Request): Promise<Response>;
  /** Like the global one, but ends here and never follows a redirect. */
  fetch(input: Request | URL | string, init?: RequestInit): Promise<Response>;
  /** Settles once `count` requests in all have arrived at an endpoint. */
  arrivals(endpoint: Endpoint, count: number): Promise<void>;

  /** A person in the browser; answers where its address bar ends: the authorize URL itself if Twitch shows an error. */
  signIn(authorizeUrl: string | URL, choice?: { user?: string; deny?: boolean }): Promise<string>;
  /** The valid access tokens, oldest first. */
  accessTokens(): string[];
  /** The usable refresh tokens, oldest first. */
  refreshTokens(): string[];
  /** Whether this access or refresh token is valid. */
  isLive(token: string): boolean;
  /** Every token, authorization code and device code that was ever given out, dead ones included. */
  secrets(): string[];
  grants(): GrantView[];
}

/** Makes a simulated Twitch with nobody signed in yet. */
export function createSimulatedTwitch(options: SimulatedTwitchOptions = {}): SimulatedTwitch {
  const world = worldOf(options);
  const log = new RequestLog();
  const faults = new Faults();
  const helixUse: HelixUse = new Map();

  async function handle(request: Request): Promise<Response> {
    request.signal.throwIfAborted();
    const endpoint = endpointOf(new URL(request.url).pathname);
    const params = await readParameters(request);
    const fault = faults.take(endpoint, params);
    if (fault?.kind.kind === "unreachable") return await struck(fault.kind, undefined, request.signal);
    const record = recordOf(request, endpoint, params, world.now());
    log.add(record);
    try {
      const answer = await respond(request, record, fault);
      record.status = answer.status;
      return answer;
    } catch (error) {
      record.status = "cut";
      throw error;
    }
  }

  async function respond(
    request: Request,
    record: RequestRecord,
    fault: Fault | undefined,
  ): Promise<Response> {
    if (fault === undefined) return await answered(world, helixUse, request, record);
    const answer = fault.when === "after" ? await answered(world, helixUse, request, record) : undefined;
    return await struck(fault.kind, answer, request.signal);
  }

  return {
    switches: world.switches,
    faults,
    requests: log.records,
    get counters(): Counters {
      return countersOf(world, log);
    },
    handle,
    fetch: (input, init) => handle(new Request(input, init)),
    arrivals: (endpoint, count) => log.arrivals(endpoint, count),
    signIn: (authorizeUrl, choice = {}) => signIn(world, handle, `${authorizeUrl}`, choice),
    ...peopleOf(world),
    accessTokens: () => world.grants.accessTokens().map(({ value }) => value),
    refreshTokens: () => world.grants.refreshTokens().map(({ value }) => value),
    isLive: (token) => isLive(world, token),
    secrets: () => [...world.grants.issued(), ...world.codes.issued()],
    grants: () => grantViews(world),
  };
}

function worldOf(options: SimulatedTwitchOptions): World {
  const { clients = [CONFIDENTIAL_CLIENT, PUBLIC_CLIENT], users = USERS, now = Date.now, seed = 1 } = options;
  const random = createRandom(seed);
  const switches = switchesOf(options);
  return {
    switches,
    now,
    registry: new Registry(clients, users),
    grants: new Grants(switches, now, random),
    codes: new Codes(switches, now, random),
    furtherHelix: options.helix,
  };
}

function recordOf(request: Request, endpoint: Endpoint, params: Parameters, at: number): RequestRecord {
  const inQuery = [...new URL(request.url).searchParams.keys()];
  const token = credentials(request)?.token;
  return { endpoint, method: request.method, at, params, inQuery, token, status: undefined };
}

function isLive({ grants }: World, token: string): boolean {
  return grants.accessToken(token) !== undefined ||
    grants.refreshTokens().some(({ value }) => value === token);
}
