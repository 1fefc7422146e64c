import type { Duration, Time } from "../core/account.ts";
import { SECOND } from "../core/account.ts";

/** What kept a request from an answer. */
export type ProbeTrouble = "dns" | "tls" | "timeout" | "unreachable";

/** What asking one of Twitch's services without any credentials showed. */
export interface Probe {
  readonly host: string;
  /** Whether the address is one of https. */
  readonly secure: boolean;
  /** `twitch`: it answered as Twitch does. `stranger`: something else did. `silence`: nothing did. */
  readonly answer: "twitch" | "stranger" | "silence";
  /** Why there is silence. */
  readonly trouble: ProbeTrouble | undefined;
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
  const { host, protocol } = new URL(url);
  const secure = protocol === "https:";
  try {
    const response = await send(url, { redirect: "manual", signal: AbortSignal.timeout(TIMEOUT) });
    await response.body?.cancel();
    const isJson = /^application\/json\b/i.test(response.headers.get("content-type") ?? "");
    const at = Date.parse(response.headers.get("date") ?? "");
    const answer = isJson && response.status < 500 ? "twitch" : "stranger";
    return { host, secure, answer, trouble: undefined, date: Number.isNaN(at) ? undefined : at };
  } catch (thrown) {
    return { host, secure, answer: "silence", trouble: troubleOf(thrown), date: undefined };
  }
}

/** Deno tells by words alone, and in another place in each version. */
function troubleOf(thrown: unknown): ProbeTrouble {
  if (!(thrown instanceof Error)) return "unreachable";
  if (thrown.name === "TimeoutError") return "timeout";
  const text = `${thrown.message} ${thrown.cause instanceof Error ? thrown.cause.message : ""}`;
  if (/dns error|failed to lookup/i.test(text)) return "dns";
  return /certificate|tls|ssl|handshake/i.test(text) ? "tls" : "unreachable";
}
