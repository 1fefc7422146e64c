// What the simulation has seen, for tests to look at.

import type { Endpoint, RequestLog } from "./requests.ts";
import type { World } from "./world.ts";

/** What a test may know about one sign-in. */
export interface GrantView {
  /** 1, 2, 3 … in the order of the sign-ins. */
  id: number;
  clientId: string;
  login: string;
  scopes: readonly string[];
  /** How many refreshes succeeded. */
  refreshes: number;
  /** The valid ones, oldest first. */
  accessTokens: string[];
  /** Undefined once none can be used any more. */
  refreshToken: string | undefined;
}

/** What was counted since the start. */
export interface Counters {
  /** By endpoint; requests that a fault struck count too. */
  requests: Record<Endpoint, number>;
  /** Successful refreshes by the grant's id. */
  refreshes: ReadonlyMap<number, number>;
  /** How many times a spent refresh token arrived. */
  replays: number;
  /** Requests to /validate by access token. */
  validates: ReadonlyMap<string, number>;
}

/** Counts what has happened so far. */
export function countersOf({ grants }: World, log: RequestLog): Counters {
  const validates = new Map<string, number>();
  for (const { endpoint, token } of log.records) {
    if (endpoint !== "validate" || token === undefined) continue;
    validates.set(token, (validates.get(token) ?? 0) + 1);
  }
  return {
    requests: log.counts(),
    refreshes: new Map(grants.all.map(({ id, refreshes }) => [id, refreshes])),
    replays: grants.replays,
    validates,
  };
}

/** All sign-ins so far, dead ones included. */
export function grantViews({ grants }: World): GrantView[] {
  const accessTokens = grants.accessTokens();
  const refreshTokens = grants.refreshTokens();
  return grants.all.map((grant) => ({
    id: grant.id,
    clientId: grant.connection.client.id,
    login: grant.connection.user.login,
    scopes: grant.scopes,
    refreshes: grant.refreshes,
    accessTokens: accessTokens.filter((token) => token.grant === grant).map(({ value }) => value),
    refreshToken: refreshTokens.find((token) => token.grant === grant)?.value,
  }));
}
