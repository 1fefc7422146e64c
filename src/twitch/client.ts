import type { Duration } from "../core/account.ts";
import type { TwitchApp } from "../core/app.ts";
import type { AuthorizeRequest, Clock, Helix, Twitch } from "../core/ports.ts";
import * as answers from "./answers.ts";
import { callHelix } from "./helix.ts";
import { send, type Sending, TIMEOUT } from "./sending.ts";

/** Where Twitch is and how it is reached. */
export interface TwitchOptions {
  /** Base address of authorize, token, device, validate and revoke; slashes at its end do not matter. */
  readonly authUrl: string;
  /** Base address of Helix; slashes at its end do not matter. */
  readonly apiUrl: string;
  /** For waits that Twitch names by date. */
  readonly clock?: Pick<Clock, "now">;
  /** Instead of the runtime's fetch with a client of its own. */
  readonly fetch?: typeof fetch;
  /** The Deno version that `sendsOnce` judges. */
  readonly denoVersion?: string;
  /** Certificates (PEM) to trust besides the built-in ones. */
  readonly caCerts?: readonly string[];
  /** From the request to the end of the body. */
  readonly timeout?: Duration;
}

/**
 * Versions of Deno whose fetch sends a POST once, when it goes through a client with `poolMaxIdlePerHost: 0`.
 *
 * Others send it again by themselves when the connection breaks before an answer (2.8.3 and 2.9.5 even on fresh
 * connections; denoland/deno PR #32566, PR #36415, issue #35610). For a refresh token that works only once the second
 * arrival is a replay, and a replay ends the login (twitchdev/issues#903). Counted by tests/system/sending_test.ts.
 */
const SENDS_ONCE = { exactly: ["2.4.2"], from: [2, 9, 6] } as const;

const DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";

/** Whether this version of Deno is known to send a POST once. */
export function sendsOnce(denoVersion: string): boolean {
  if (SENDS_ONCE.exactly.some((version) => version === denoVersion)) return true;
  // Canary builds carry "+<commit>" and count; pre-releases ("-rc.1") come before what they are named after.
  const [whole, ...numbers] = /^(\d+)\.(\d+)\.(\d+)(?:\+.*)?$/.exec(denoVersion) ?? [];
  if (whole === undefined) return false;
  const differs = SENDS_ONCE.from.findIndex((number, place) => Number(numbers[place]) !== number);
  return differs < 0 || Number(numbers[differs]) > (SENDS_ONCE.from[differs] ?? 0);
}

/** Twitch and its Helix API over the network. Dispose of it to close its connections. */
export function createTwitch(options: TwitchOptions): Twitch & Helix & Disposable {
  const authUrl = withoutSlashes(options.authUrl);
  const apiUrl = withoutSlashes(options.apiUrl);
  const http = options.fetch ? undefined : createHttpClient(options.caCerts);
  const sending: Sending = {
    fetch: options.fetch ?? ((input, init) => fetch(input, { ...init, ...(http && { client: http }) })),
    timeout: options.timeout ?? TIMEOUT,
    now: () => options.clock?.now() ?? Date.now(),
  };
  const post = (path: string, fields: Fields) =>
    send(sending, `${authUrl}/${path}`, { method: "POST", body: form(fields) });
  const get = (url: string, headers: HeadersInit) => send(sending, url, { headers });

  return {
    sendsOnce: sendsOnce(options.denoVersion ?? Deno.version.deno),
    authorizeUrl: (app, request) => `${authUrl}/authorize?${authorizeQuery(app, request)}`,
    async checkApp(app) {
      if (app.clientSecret === undefined) return "unknown";
      // The grant of an app for itself: nothing but id and secret is asked for, and nobody's login is touched.
      const fields = { ...credentials(app), grant_type: "client_credentials" };
      return answers.appCheck(await post("token", fields));
    },
    async exchangeCode(app, code, redirectUri) {
      const grant = { grant_type: "authorization_code", code: code.reveal(), redirect_uri: redirectUri };
      return answers.exchangeOutcome(await post("token", { ...credentials(app), ...grant }));
    },
    async beginDevice(app, scopes) {
      // `scopes`, not RFC 8628's `scope`, which Twitch takes no notice of.
      const fields = { client_id: app.clientId, scopes: scopes.join(" ") };
      return answers.deviceStart(await post("device", fields));
    },
    async pollDevice(app, deviceCode, scopes) {
      // Twitch wants no client secret here, not even of apps that have one (twitchdev/issues#943).
      const grant = { grant_type: DEVICE_GRANT, device_code: deviceCode.reveal(), scopes: scopes.join(" ") };
      return answers.deviceOutcome(await post("token", { client_id: app.clientId, ...grant }));
    },
    async refresh(app, refreshToken) {
      const grant = { grant_type: "refresh_token", refresh_token: refreshToken.reveal() };
      return answers.refreshOutcome(await post("token", { ...credentials(app), ...grant }));
    },
    async validate(accessToken) {
      const headers = { authorization: `OAuth ${accessToken.reveal()}` };
      return answers.validateOutcome(await get(`${authUrl}/validate`, headers));
    },
    async revoke(app, accessToken) {
      return answers.revoked(await post("revoke", { client_id: app.clientId, token: accessToken.reveal() }));
    },
    async displayName(app, accessToken) {
      const headers = { authorization: `Bearer ${accessToken.reveal()}`, "client-id": app.clientId };
      return answers.displayNameIn(await get(`${apiUrl}/users`, headers));
    },
    call: (app, access, request, timeout) =>
      callHelix({ ...sending, timeout }, apiUrl, { app, access, request }),
    [Symbol.dispose]: () => http?.close(),
  };
}

type Fields = Readonly<Record<string, string | undefined>>;

/**
 * No idle connection is kept: on one that is used again, Deno repeats a POST that was cut. No HTTP/2, which Twitch
 * offers: what arrives was counted for HTTP/1.1.
 */
function createHttpClient(caCerts: readonly string[] = []): Deno.HttpClient {
  return Deno.createHttpClient({ poolMaxIdlePerHost: 0, http2: false, caCerts: [...caCerts] });
}

/** In the body, because Twitch knows no Basic authentication; a public app has no secret to send. */
function credentials(app: TwitchApp): Fields {
  return { client_id: app.clientId, client_secret: app.clientSecret?.reveal() };
}

function form(fields: Fields): URLSearchParams {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) body.set(name, value);
  }
  return body;
}

/** With `force_verify`: otherwise whoever happens to be signed in at Twitch is taken without a question. */
function authorizeQuery(app: TwitchApp, request: AuthorizeRequest): string {
  const query = form({
    response_type: "code",
    client_id: app.clientId,
    redirect_uri: request.redirectUri,
    scope: request.scopes.join(" "),
    state: request.state.reveal(),
    force_verify: "true",
  });
  return query.toString().replaceAll("+", "%20");
}

function withoutSlashes(url: string): string {
  return url.replace(/\/+$/, "");
}
