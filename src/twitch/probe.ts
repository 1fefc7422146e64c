import type { Duration, Time } from "../core/account.ts";
import { SECOND } from "../core/account.ts";

/** What asking one of Twitch's services without any credentials showed. */
export interface Probe {
  readonly host: string;
  /** `twitch`: it answered as Twitch does. `stranger`: something else did. `silence`: nothing did. */
  readonly answer: "twitch" | "stranger" | "silence";
  /** What the answer's clock said, to the second; undefined where it did not say. */
  readonly date: Time | undefined;
}

const TIMEOUT: Duration = 10 * SECOND;

/** Asks Twitch's OAuth service and its API whether they are there; never throws for what a network can do. */
export async function probeTwitch(
  urls: { readonly authUrl: string; readonly apiUrl: string },
  send: typeof fetch = fetch,
): Promise<{ readonly auth: Probe; readonly api: Probe }> {
  const [auth, api] = await Promise.all([
    probe(`${urls.authUrl}/validate`, send),
    probe(`${urls.apiUrl}/users`, send),
  ]);
  return { auth, api };
}

/** Both answer a request without a token with a 401 in JSON. */
async function probe(url: string, send: typeof fetch): Promise<Probe> {
  const { host } = new URL(url);
  try {
    const response = await send(url, { redirect: "manual", signal: AbortSignal.timeout(TIMEOUT) });
    await response.body?.cancel();
    const isJson = /^application\/json\b/i.test(response.headers.get("content-type") ?? "");
    const at = Date.parse(response.headers.get("date") ?? "");
    const answer = isJson && response.status < 500 ? "twitch" : "stranger";
    return { host, answer, date: Number.isNaN(at) ? undefined : at };
  } catch {
    return { host, answer: "silence", date: undefined };
  }
}
