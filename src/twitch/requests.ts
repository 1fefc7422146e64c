/** The requests to Twitch, and what its answers mean. `client.ts` loads this with the first of them. */
import type { TwitchApp } from "../core/app.ts";
import type { Helix, Twitch } from "../core/ports.ts";
import * as answers from "./answers.ts";
import { type Fields, form } from "./form.ts";
import { callHelix } from "./helix.ts";
import type { TwitchOptions } from "./client.ts";
import { send, type Sending, TIMEOUT } from "./sending.ts";

const DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";

/** What waits for an answer of Twitch. */
export type Requests = Omit<Twitch, "sendsOnce" | "ready" | "authorizeUrl"> & Helix & Disposable;

/** Requests to Twitch; the base addresses end without a slash. Dispose of them to close their connections. */
export function createRequests(options: TwitchOptions): Requests {
  const { authUrl, apiUrl } = options;
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
