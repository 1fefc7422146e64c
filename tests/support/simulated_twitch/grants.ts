// Who allowed what, and the tokens that came of it.
// A connection is one user's consent to one app; each sign-in adds a grant to it with a refresh token of its own
// (sign-ins co-exist, justintv #394). A token lives while its own end and that of its connection have not come.

import { Refusal } from "./answers.ts";
import { habitsOf, type SimulatedClient, type SimulatedUser, type Switches } from "./options.ts";
import { DIGITS, LOWER_CASE, type Random } from "./random.ts";

/** One user's consent to one app. */
export interface Connection {
  client: SimulatedClient;
  user: SimulatedUser;
  consented: Set<string>;
  ended: "by the user" | "by replay" | undefined;
}

/** One sign-in. */
export interface Grant {
  /** 1, 2, 3 … in the order of the sign-ins. */
  id: number;
  connection: Connection;
  scopes: readonly string[];
  refreshes: number;
}

/** What an access token can be renewed with. */
export interface RefreshToken {
  value: string;
  grant: Grant;
  bornAt: number;
  usedAt: number;
  end: "spent" | "revoked" | undefined;
}

/** An access token; without a grant it is an app's own. */
export interface AccessToken {
  value: string;
  client: SimulatedClient;
  grant: Grant | undefined;
  /** The refresh token that came with it, and whose limit it counts for. */
  parent: RefreshToken | undefined;
  scopes: readonly string[];
  /** Seconds, as told in `expires_in`. */
  life: number;
  /** Milliseconds since the epoch. */
  expiresAt: number;
  revoked: boolean;
}

/** All connections, grants and tokens there ever were. */
export class Grants {
  #switches: Switches;
  #now: () => number;
  #random: Random;
  #connections: Connection[] = [];
  #accessTokens = new Map<string, AccessToken>();
  #refreshTokens = new Map<string, RefreshToken>();
  readonly all: Grant[] = [];
  /** How many times a spent refresh token arrived, its app proven. */
  replays = 0;

  constructor(switches: Switches, now: () => number, random: Random) {
    this.#switches = switches;
    this.#now = now;
    this.#random = random;
  }

  /** The living connection of this user and app. */
  connection(client: SimulatedClient, user: SimulatedUser): Connection | undefined {
    return this.#connections.find((one) => one.client === client && one.user === user && !one.ended);
  }

  /** Notes the user's consent. */
  consent(client: SimulatedClient, user: SimulatedUser, scopes: readonly string[]): Connection {
    let connection = this.connection(client, user);
    if (connection === undefined) {
      connection = { client, user, consented: new Set(), ended: undefined };
      this.#connections.push(connection);
    }
    for (const scope of scopes) connection.consented.add(scope);
    return connection;
  }

  /** Ends every living connection that matches: none of its tokens works from now on. */
  end(reason: "by the user" | "by replay", matches: (connection: Connection) => boolean): void {
    for (const connection of this.#connections) {
      if (connection.ended === undefined && matches(connection)) connection.ended = reason;
    }
  }

  /** A new grant's first access token. */
  open(connection: Connection, scopes: readonly string[]): AccessToken {
    const grant = { id: this.all.length + 1, connection, scopes, refreshes: 0 };
    this.all.push(grant);
    return this.#bearAccessToken(connection.client, this.#bearRefreshToken(grant));
  }

  /** An app's own access token, which has no refresh token and lives for about 60 days. */
  openForApp(client: SimulatedClient): AccessToken {
    return this.#bearAccessToken(client, undefined);
  }

  /** Spends a refresh token for a new access token, or throws the Refusal. */
  refresh(client: SimulatedClient, value: string, scopes: readonly string[]): AccessToken {
    const token = this.#refreshTokens.get(value);
    if (token === undefined || token.grant.connection.client !== client) throw invalidRefreshToken(400);
    const { grant } = token;
    const habits = habitsOf(client, this.#switches);
    if (token.end === "spent") {
      this.replays += 1;
      // No grace window: the honest holder of the newest token loses everything too (#903).
      if (habits.replayKillsGrant) this.end("by replay", (connection) => connection === grant.connection);
      throw invalidRefreshToken(400);
    }
    if (grant.connection.ended === "by the user") throw invalidRefreshToken(this.#switches.endedGrantStatus);
    if (!this.#usable(token)) throw invalidRefreshToken(400);
    const foreign = scopes.find((scope) => !grant.scopes.includes(scope));
    if (foreign !== undefined) throw new Refusal(400, `invalid scope requested: '${foreign}'`);
    if (habits.oldAccessTokenAfterRefresh === "dies") this.#revokeAccessTokensOf(grant);
    this.#makeRoom(token);

    token.usedAt = this.#now();
    grant.refreshes += 1;
    if (!habits.rotateRefreshToken) return this.#bearAccessToken(client, token);
    token.end = "spent";
    return this.#bearAccessToken(client, this.#bearRefreshToken(grant));
  }

  /** The access token with this value, while it is valid. */
  accessToken(value: string): AccessToken | undefined {
    const token = this.#accessTokens.get(value);
    return token !== undefined && this.#valid(token) ? token : undefined;
  }

  /** Takes back one token; an access token's refresh token goes on working (#943). */
  revoke(value: string): boolean {
    const access = this.accessToken(value);
    if (access !== undefined) access.revoked = true;
    const refresh = this.refreshTokens().find((token) => token.value === value);
    if (refresh !== undefined) refresh.end = "revoked";
    return access !== undefined || refresh !== undefined;
  }

  /** The valid access tokens, oldest first. */
  accessTokens(): AccessToken[] {
    return [...this.#accessTokens.values()].filter((token) => this.#valid(token));
  }

  /** The usable refresh tokens, oldest first. */
  refreshTokens(): RefreshToken[] {
    return [...this.#refreshTokens.values()].filter((token) => this.#usable(token));
  }

  /** Every access and refresh token that there ever was. */
  issued(): string[] {
    return [...this.#accessTokens.keys(), ...this.#refreshTokens.keys()];
  }

  #valid(token: AccessToken): boolean {
    return !token.revoked && token.grant?.connection.ended === undefined && this.#now() < token.expiresAt;
  }

  #usable(token: RefreshToken): boolean {
    const { connection } = token.grant;
    const from = this.#switches.refreshTokenLifeFrom === "last use" ? token.usedAt : token.bornAt;
    const expiresAt = from + habitsOf(connection.client, this.#switches).refreshTokenLife * 1000;
    return token.end === undefined && connection.ended === undefined && this.#now() < expiresAt;
  }

  #revokeAccessTokensOf(grant: Grant): void {
    for (const token of this.#accessTokens.values()) if (token.grant === grant) token.revoked = true;
  }

  #makeRoom(refreshToken: RefreshToken): void {
    const siblings = this.accessTokens().filter(({ parent }) => parent === refreshToken);
    if (siblings.length < this.#switches.maxAccessTokens) return;
    if (this.#switches.beyondMaxAccessTokens === "drop oldest" && siblings[0] !== undefined) {
      siblings[0].revoked = true;
      return;
    }
    // Status and words are nowhere reported: any 400 that is not about the refresh token itself will do.
    throw new Refusal(400, "too many valid access tokens");
  }

  #bearRefreshToken(grant: Grant): RefreshToken {
    const value = this.#random.text(50, this.#switches.refreshTokenAlphabet);
    const token: RefreshToken = { value, grant, bornAt: this.#now(), usedAt: this.#now(), end: undefined };
    this.#refreshTokens.set(value, token);
    return token;
  }

  #bearAccessToken(client: SimulatedClient, parent: RefreshToken | undefined): AccessToken {
    const drawn = parent === undefined ? 5_011_271 : this.#random.integer(13_000, 15_600);
    const life = this.#switches.accessTokenLife ?? drawn;
    const token: AccessToken = {
      value: this.#random.text(30, LOWER_CASE + DIGITS),
      client,
      grant: parent?.grant,
      parent,
      scopes: parent?.grant.scopes ?? [],
      life,
      expiresAt: life === 0 ? Infinity : this.#now() + life * 1000,
      revoked: false,
    };
    this.#accessTokens.set(token.value, token);
    return token;
  }
}

function invalidRefreshToken(status: number): Refusal {
  return new Refusal(status, "Invalid refresh token");
}
