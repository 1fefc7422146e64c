/**
 * As much of Twitch as keeps logins alive, for ten thousand of them: tokens say themselves whose they are, so nothing is
 * kept. The simulated Twitch of the tests does everything, and costs more than what is measured.
 */
import type { Duration } from "../../src/core/account.ts";

/** What was asked, and how it answers. */
export interface QuickTwitch extends AsyncDisposable {
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
  readonly asked: { validate: number; refresh: number };
  /** When the first refresh came and the last was answered, by `performance.now()`. */
  readonly refreshing: { first: number; last: number };
  /** Each answer takes so long. */
  latency: Duration;
  /** Seconds that the tokens of a refresh live. */
  life: number;
}

const LENGTH = 30;
export const CLIENT = {
  id: "c0nfidentia1appf0rsimulati0n01",
  secret: "s1mulatedsecretf0rsimulati0n01",
} as const;

/** The tokens of the account with this number. */
export function tokensOf(
  number: number,
  generation = 0,
): { readonly access: string; readonly refresh: string } {
  // As with real ones, no two begin alike.
  const mixed = (number * 2_654_435_761 + generation * 40_503 * 65_536) % 2 ** 32;
  const head = mixed.toString(36).padStart(8, "0");
  const tail = `g${generation.toString(36)}n${number}`.padStart(LENGTH - 1 - head.length, "0");
  return { access: `${head}a${tail}`, refresh: `${head}r${tail}` };
}

/** Whose it is. */
export function userOf(number: number): { readonly twitchId: string; readonly login: string } {
  return { twitchId: String(90_000_000 + number), login: `streamer_${number}` };
}

/** Begins to listen on loopback. */
export function serveQuickTwitch(): QuickTwitch {
  let generation = 0;
  const answer = async (request: Request): Promise<Response> => {
    if (twitch.latency > 0) await new Promise((resolve) => setTimeout(resolve, twitch.latency));
    if (request.url.endsWith("/validate")) {
      twitch.asked.validate++;
      const { twitchId, login } = userOf(numberIn(request.headers.get("authorization") ?? ""));
      return Response.json({
        client_id: CLIENT.id,
        login,
        user_id: twitchId,
        scopes: ["chat:read"],
        expires_in: 9000,
      });
    }
    const form = new URLSearchParams(await request.text());
    twitch.asked.refresh++;
    twitch.refreshing.last = performance.now();
    const { access, refresh } = tokensOf(numberIn(form.get("refresh_token") ?? ""), ++generation);
    return Response.json({
      access_token: access,
      // An app with a secret keeps its refresh token.
      refresh_token: form.get("refresh_token") ?? refresh,
      expires_in: twitch.life,
      scope: ["chat:read"],
      token_type: "bearer",
    });
  };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    if (request.url.endsWith("/token")) twitch.refreshing.first ||= performance.now();
    return answer(request);
  });
  const { port } = server.addr;
  const twitch: QuickTwitch = {
    port,
    env: {
      TWITCH_CLIENT_ID: CLIENT.id,
      TWITCH_CLIENT_SECRET: CLIENT.secret,
      TWITCH_AUTH_URL: `http://127.0.0.1:${port}/oauth2`,
      TWITCH_API_URL: `http://127.0.0.1:${port}/helix`,
    },
    asked: { validate: 0, refresh: 0 },
    refreshing: { first: 0, last: 0 },
    latency: 0,
    life: 14_400,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
  return twitch;
}

function numberIn(token: string): number {
  return Number(/n(\d+)$/.exec(token)?.[1]);
}
