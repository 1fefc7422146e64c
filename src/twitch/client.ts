import type { Duration } from "../core/account.ts";
import type { TwitchApp } from "../core/app.ts";
import type { AuthorizeRequest, Clock, Helix, Twitch } from "../core/ports.ts";
import { form } from "./form.ts";
import type { Requests } from "./requests.ts";

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

/** Whether this version of Deno is known to send a POST once. */
export function sendsOnce(denoVersion: string): boolean {
  if (SENDS_ONCE.exactly.some((version) => version === denoVersion)) return true;
  // Canary builds carry "+<commit>" and count; pre-releases ("-rc.1") come before what they are named after.
  const [whole, ...numbers] = /^(\d+)\.(\d+)\.(\d+)(?:\+.*)?$/.exec(denoVersion) ?? [];
  if (whole === undefined) return false;
  const differs = SENDS_ONCE.from.findIndex((number, place) => Number(numbers[place]) !== number);
  return differs < 0 || Number(numbers[differs]) > (SENDS_ONCE.from[differs] ?? 0);
}

/**
 * Twitch and its Helix API over the network. What sends and understands is loaded, and connections can be made, with the
 * first request, and before that leaves: no answer ever waits for a file to be read. Dispose of it to close its connections.
 */
export function createTwitch(options: TwitchOptions): Twitch & Helix & Disposable {
  const { authUrl, apiUrl } = options;
  const bases = { authUrl: withoutSlashes(authUrl), apiUrl: withoutSlashes(apiUrl) };
  const end = new DisposableStack();
  let loading: Promise<Requests> | undefined;
  const load = async (): Promise<Requests> => {
    const { createRequests } = await import("./requests.ts");
    return end.use(createRequests({ ...options, ...bases }));
  };
  // What could not be loaded, for want of a file or of memory, is tried again.
  const requests = (): Promise<Requests> =>
    loading ??= load().catch((error) => {
      loading = undefined;
      throw error;
    });

  return {
    sendsOnce: sendsOnce(options.denoVersion ?? Deno.version.deno),
    ready: async () => void await requests(),
    authorizeUrl: (app, request) => `${bases.authUrl}/authorize?${authorizeQuery(app, request)}`,
    checkApp: async (...asked) => (await requests()).checkApp(...asked),
    exchangeCode: async (...asked) => (await requests()).exchangeCode(...asked),
    beginDevice: async (...asked) => (await requests()).beginDevice(...asked),
    pollDevice: async (...asked) => (await requests()).pollDevice(...asked),
    refresh: async (...asked) => (await requests()).refresh(...asked),
    validate: async (...asked) => (await requests()).validate(...asked),
    revoke: async (...asked) => (await requests()).revoke(...asked),
    displayName: async (...asked) => (await requests()).displayName(...asked),
    call: async (...asked) => (await requests()).call(...asked),
    [Symbol.dispose]: () => end.dispose(),
  };
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
