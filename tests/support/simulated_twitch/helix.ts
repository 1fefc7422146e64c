// /helix: GET /users, further routes a test brings along, and 404 for the rest. Errors carry `error` here.

import { reasonPhrase, Refusal, textAnswer } from "./answers.ts";
import type { AccessToken } from "./grants.ts";
import type { HelixCaller, SimulatedUser } from "./options.ts";
import { credentials } from "./requests.ts";
import type { World } from "./world.ts";

const JSON_TYPE = "application/json; charset=utf-8";

/** Requests of the last minute by app and user. */
export type HelixUse = Map<string, number[]>;

/** Answers a Helix request; every route wants a Bearer token and the Client-Id that it was made for. */
export async function answerHelix(world: World, use: HelixUse, request: Request): Promise<Response> {
  try {
    const token = callerToken(world, request);
    const rate = countRequest(world, use, token);
    if (rate.exceeded) return withHeaders(helixRefusal(429, "Too Many Requests"), rate.headers);
    const caller: HelixCaller = {
      clientId: token.client.id,
      user: token.grant?.connection.user,
      scopes: token.scopes,
    };
    const answer = await world.furtherHelix?.(request, caller) ?? route(world, request, caller);
    return withHeaders(answer, rate.headers);
  } catch (error) {
    if (error instanceof Refusal) return helixRefusal(error.status, error.message);
    throw error;
  }
}

function callerToken(world: World, request: Request): AccessToken {
  const given = credentials(request);
  if (given?.scheme !== "bearer") throw new Refusal(401, "OAuth token is missing");
  const clientId = request.headers.get("client-id");
  if (clientId === null) throw new Refusal(401, "Client ID is missing");
  const token = world.grants.accessToken(given.token);
  if (token === undefined) throw new Refusal(401, "Invalid OAuth token");
  if (token.client.id !== clientId) throw new Refusal(401, "Client ID and OAuth token do not match");
  return token;
}

interface Rate {
  exceeded: boolean;
  headers: Record<string, string>;
}

function countRequest(world: World, use: HelixUse, token: AccessToken): Rate {
  const now = world.now();
  const limit = world.switches.helixPointsPerMinute;
  const key = `${token.client.id} ${token.grant?.connection.user.id ?? ""}`;
  const times = (use.get(key) ?? []).filter((time) => time > now - 60_000);
  const exceeded = times.length >= limit;
  if (!exceeded) times.push(now);
  use.set(key, times);
  const headers = {
    "ratelimit-limit": `${limit}`,
    "ratelimit-remaining": `${limit - times.length}`,
    "ratelimit-reset": `${Math.ceil(((times[0] ?? now) + 60_000) / 1000)}`,
  };
  return { exceeded, headers };
}

function withHeaders(answer: Response, headers: Record<string, string>): Response {
  for (const [name, value] of Object.entries(headers)) answer.headers.set(name, value);
  return answer;
}

function route(world: World, request: Request, caller: HelixCaller): Response {
  const { pathname, searchParams } = new URL(request.url);
  if (request.method !== "GET" || pathname !== "/helix/users") return helixRefusal(404, "");
  const ids = searchParams.getAll("id");
  const logins = searchParams.getAll("login");
  if (ids.length + logins.length === 0) {
    if (caller.user === undefined) throw new Refusal(400, "Must provide an ID, Login or OAuth Token");
    return users([caller.user], caller);
  }
  if (ids.length + logins.length > 100 || ids.some(isBadId) || logins.some(isBadLogin)) {
    throw new Refusal(400, "Invalid username(s), email(s), or ID(s). Bad Identifiers.");
  }
  const found = world.registry.users().filter(({ id, login }) =>
    ids.includes(id) || logins.some((wanted) => wanted.toLowerCase() === login)
  );
  return users(found, caller);
}

function isBadId(id: string): boolean {
  return !/^\d+$/.test(id);
}

function isBadLogin(login: string): boolean {
  return !/^\w{1,25}$/.test(login);
}

/** The e-mail address is shown to its owner's token alone, and only with the scope for it. */
function users(found: SimulatedUser[], caller: HelixCaller): Response {
  const data = found.map((user) => ({
    id: user.id,
    login: user.login,
    display_name: user.displayName,
    type: "",
    broadcaster_type: "",
    description: "",
    profile_image_url: `https://static-cdn.jtvnw.net/simulated/${user.id}-profile_image-300x300.png`,
    offline_image_url: "",
    view_count: 0,
    email: user === caller.user && caller.scopes.includes("user:read:email") ? user.email : undefined,
    created_at: "2020-02-20T20:20:20Z",
  }));
  return textAnswer(200, JSON_TYPE, JSON.stringify({ data }));
}

function helixRefusal(status: number, message: string): Response {
  return textAnswer(status, JSON_TYPE, JSON.stringify({ error: reasonPhrase(status), status, message }));
}
