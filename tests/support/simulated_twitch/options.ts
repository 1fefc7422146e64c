// What a test may choose about the simulated Twitch. Each switch stands for something that Twitch is known or
// reported to do; the defaults are what the reports agree on. Durations are seconds.

import { DIGITS, LOWER_CASE } from "./random.ts";

/** What may differ from app to app. Left out, it follows the app's type: public without a secret, else confidential. */
export interface ClientHabits {
  /** A refresh answers a new refresh token and spends the old one. Public: yes. Confidential: no. */
  rotateRefreshToken?: boolean | undefined;
  /** A spent refresh token that comes again ends the user's whole connection with the app. Public: yes (#903). */
  replayKillsGrant?: boolean | undefined;
  /** Public: dies. Confidential: survives (reports contradict each other, so try both). */
  oldAccessTokenAfterRefresh?: "survives" | "dies" | undefined;
  /** Seconds. Public: 30 days. Confidential: Infinity. */
  refreshTokenLife?: number | undefined;
}

/** A registered app. Without a secret it is a public one. */
export interface SimulatedClient extends ClientHabits {
  id: string;
  secret?: string | undefined;
  name?: string | undefined;
  /** The first is where Twitch sends a browser that came with an address it does not know. */
  redirectUris: readonly string[];
}

/** A person with a Twitch account. */
export interface SimulatedUser {
  /** Decimal digits. */
  id: string;
  login: string;
  displayName: string;
  email?: string | undefined;
}

/** Behaviour that may be changed at any time, also in the middle of a test. */
export interface Switches extends ClientHabits {
  /** Seconds. Undefined: 13 000 to 15 600, drawn for each token. 0: never expires, as with very old apps. */
  accessTokenLife: number | undefined;
  /** What the refresh token's life is counted from: the documentation words it both ways. */
  refreshTokenLifeFrom: "generation" | "last use";
  /** How many access tokens of one refresh token may be valid at once. */
  maxAccessTokens: number;
  /** What a refresh beyond that number does: the documentation's wordings differ. */
  beyondMaxAccessTokens: "refuse" | "drop oldest";
  codeLife: number;
  deviceCodeLife: number;
  deviceInterval: number;
  /** How a token answer shows its scopes. Without any scope the field is absent whatever stands here (#1037). */
  scopeInTokens: "array" | "string" | "absent" | "null";
  /** How /validate shows them. Without any scope it is null whatever stands here, unless absent (#1037). */
  scopesInValidate: "array" | "absent" | "null";
  /** Answers of a refresh come without the field `refresh_token`; the token stays as it is unless it rotates. */
  omitRefreshTokenField: boolean;
  /** Token answers come without `expires_in`; the token expires nevertheless. */
  omitExpiresIn: boolean;
  /** Errors of /oauth2 carry `error` too, as in some examples of the documentation. */
  errorField: boolean;
  /** A device code still waiting for its user is answered `invalid device code` (#971). */
  invalidWhilePending: boolean;
  /** The status of a refresh after the user disconnected the app or changed the password. */
  endedGrantStatus: 400 | 401;
  /** What a redirect_uri sent without percent-encoding leads to (#630). */
  unencodedRedirectUri: "mismatch" | "accepted";
  /** Characters of refresh tokens; `%`, `/` and `+` among them show who forgets to encode. */
  refreshTokenAlphabet: string;
  /** Where users are sent with a device code. */
  verificationUriBase: string;
  /** The login of a user who agrees to every sign-in without a page. */
  autoApprove: string | undefined;
  /** Helix answers 429 beyond so many requests a minute for one app and user. */
  helixPointsPerMinute: number;
}

/** Whose token came with a Helix request; `user` is absent for an app's own token. */
export interface HelixCaller {
  clientId: string;
  user: SimulatedUser | undefined;
  scopes: readonly string[];
}

/** What createSimulatedTwitch() takes: switches, and what stays fixed. */
export interface SimulatedTwitchOptions extends Partial<Switches> {
  /** Default: CONFIDENTIAL_CLIENT and PUBLIC_CLIENT. */
  clients?: readonly SimulatedClient[];
  /** Default: USERS. The browser starts signed in as the first. */
  users?: readonly SimulatedUser[];
  /** Milliseconds since the epoch. Default: Date.now. */
  now?: () => number;
  seed?: number;
  /** Further Helix routes, asked after app and token were checked; undefined means 404. */
  helix?: (request: Request, caller: HelixCaller) => Response | undefined | Promise<Response | undefined>;
}

export const REDIRECT_URI = "http://localhost:8948/callback";

export const CONFIDENTIAL_CLIENT: SimulatedClient & { secret: string } = {
  id: "c0nfidentia1appf0rsimulati0n01",
  secret: "s1mulatedsecretf0rsimulati0n01",
  name: "Confidential Simulation",
  redirectUris: [REDIRECT_URI],
};

export const PUBLIC_CLIENT: SimulatedClient = {
  id: "pub1icappwith0utsecretf0rsim02",
  name: "Public Simulation",
  redirectUris: [REDIRECT_URI],
};

export const FIRST_USER: SimulatedUser = {
  id: "90020001",
  login: "ada_live",
  displayName: "Ada_Live",
  email: "ada@example.com",
};

export const SECOND_USER: SimulatedUser = {
  id: "90020002",
  login: "kohosuto",
  displayName: "コホスト",
  email: "kohosuto@example.com",
};

export const USERS: readonly SimulatedUser[] = [FIRST_USER, SECOND_USER];

/** The switches of `options`, each one missing set to what Twitch does by default. */
export function switchesOf(options: SimulatedTwitchOptions): Switches {
  const { clients: _clients, users: _users, now: _now, seed: _seed, helix: _helix, ...chosen } = options;
  return {
    accessTokenLife: undefined,
    refreshTokenLifeFrom: "generation",
    maxAccessTokens: 50,
    beyondMaxAccessTokens: "refuse",
    codeLife: 600,
    deviceCodeLife: 1800,
    deviceInterval: 5,
    scopeInTokens: "array",
    scopesInValidate: "array",
    omitRefreshTokenField: false,
    omitExpiresIn: false,
    errorField: false,
    invalidWhilePending: false,
    endedGrantStatus: 401,
    unencodedRedirectUri: "mismatch",
    refreshTokenAlphabet: LOWER_CASE + DIGITS,
    verificationUriBase: "https://www.twitch.tv/activate",
    autoApprove: undefined,
    helixPointsPerMinute: 800,
    ...chosen,
  };
}

/** What applies to one app: its own choice, else the simulation's, else what Twitch does for its type. */
export function habitsOf(
  client: SimulatedClient,
  switches: Switches,
): { [Name in keyof ClientHabits]-?: NonNullable<ClientHabits[Name]> } {
  const isPublic = client.secret === undefined;
  return {
    rotateRefreshToken: client.rotateRefreshToken ?? switches.rotateRefreshToken ?? isPublic,
    replayKillsGrant: client.replayKillsGrant ?? switches.replayKillsGrant ?? isPublic,
    oldAccessTokenAfterRefresh: client.oldAccessTokenAfterRefresh ?? switches.oldAccessTokenAfterRefresh ??
      (isPublic ? "dies" : "survives"),
    refreshTokenLife: client.refreshTokenLife ?? switches.refreshTokenLife ??
      (isPublic ? 30 * 86_400 : Infinity),
  };
}
