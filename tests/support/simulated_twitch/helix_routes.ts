// The part of Helix that buttons press, as far as its reference and bug reports say how it behaves: bring it along as
// the option `helix`. State is per channel; the test may look into it and change it.

import { reasonPhrase, Refusal, textAnswer } from "./answers.ts";
import { type HelixCaller, type SimulatedUser, USERS } from "./options.ts";

/** What a channel is doing. */
export interface SimulatedChannel {
  live: boolean;
  title: string;
  /** Seconds before the next ad may start; 0: at once. */
  adCooldown: number;
  raiding: string | undefined;
  poll: unknown;
  prediction: unknown;
  /** What was done, oldest first: `say hello`, `ad 60`. */
  readonly done: string[];
}

/** One request as it arrived, with whose token. */
export interface HelixArrival {
  readonly method: string;
  /** Below /helix/, with the query. */
  readonly path: string;
  readonly body: string;
  readonly type: string | null;
  readonly clientId: string;
  readonly login: string | undefined;
}

/** Helix's routes and what stands behind them. */
export interface HelixRoutes {
  readonly arrived: HelixArrival[];
  channel(login: string): SimulatedChannel;
  /** For the option `helix` of createSimulatedTwitch(). */
  answer(request: Request, caller: HelixCaller): Promise<Response | undefined>;
}

interface Call {
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
  readonly caller: HelixCaller;
  readonly channel: SimulatedChannel;
  readonly users: readonly SimulatedUser[];
}

interface Route {
  readonly scope: string;
  readonly answer: (call: Call) => Response;
}

const AD_LENGTHS: readonly unknown[] = [30, 60, 90, 120, 150, 180];
const COOLDOWN = 480;

/** Makes the routes for these users; everybody is live. */
export function createHelixRoutes(users: readonly SimulatedUser[] = USERS): HelixRoutes {
  const channels = new Map(users.map(({ login }) => [login, newChannel()]));
  const arrived: HelixArrival[] = [];
  const channel = (login: string): SimulatedChannel => {
    const found = channels.get(login);
    if (found === undefined) throw new Error(`there is no channel ${login}`);
    return found;
  };
  return {
    arrived,
    channel,
    async answer(request, caller): Promise<Response | undefined> {
      const { pathname, search, searchParams } = new URL(request.url);
      const path = pathname.replace(/^\/helix\//, "");
      const text = await request.clone().text();
      const type = request.headers.get("content-type");
      const { clientId, user } = caller;
      const { method } = request;
      arrived.push({ method, path: path + search, body: text, type, clientId, login: user?.login });
      const route = ROUTES[`${method} ${path}`];
      if (route === undefined || user === undefined) return undefined;
      if (!caller.scopes.includes(route.scope)) throw new Refusal(401, `Missing scope: ${route.scope}`);
      const body = bodyIn(text, type);
      return route.answer({ query: searchParams, body, caller, channel: channel(user.login), users });
    },
  };
}

function newChannel(): SimulatedChannel {
  return {
    live: true,
    title: "",
    adCooldown: 0,
    raiding: undefined,
    poll: undefined,
    prediction: undefined,
    done: [],
  };
}

const ROUTES: Readonly<Record<string, Route>> = {
  "POST channels/commercial": {
    scope: "channel:edit:commercial",
    answer({ body, caller, channel }) {
      own(caller, body["broadcaster_id"]);
      if (!AD_LENGTHS.includes(body["length"])) throw new Refusal(400, "Missing required parameter");
      if (!channel.live) {
        throw new Refusal(400, "To start a commercial, the broadcaster must be streaming live.");
      }
      // The message is that of twitchdev/issues#212.
      if (channel.adCooldown > 0) {
        throw new Refusal(400, `channel for id "${caller.user?.id}" has recently ran a commercial`);
      }
      channel.adCooldown = COOLDOWN;
      channel.done.push(`ad ${body["length"]}`);
      return data(200, { length: body["length"], message: "", retry_after: COOLDOWN });
    },
  },
  "POST streams/markers": {
    scope: "channel:manage:broadcast",
    answer({ body, caller, channel }) {
      own(caller, body["user_id"]);
      if (!channel.live) throw new Refusal(404, "");
      const description = body["description"] ?? "";
      channel.done.push(`marker ${description}`);
      return data(200, { id: "m1", created_at: "2026-01-02T03:04:05Z", position_seconds: 99, description });
    },
  },
  "POST clips": {
    scope: "clips:edit",
    answer({ query, caller, channel }) {
      own(caller, query.get("broadcaster_id"));
      if (!channel.live) throw new Refusal(404, "Clipping is not possible for an offline channel.");
      channel.done.push("clip");
      return data(202, { id: "SimulatedClip-1", edit_url: "https://www.twitch.tv/x/clip/SimulatedClip-1" });
    },
  },
  "PATCH channels": {
    scope: "channel:manage:broadcast",
    answer({ query, body, caller, channel }) {
      own(caller, query.get("broadcaster_id"));
      channel.title = text(body, "title");
      channel.done.push(`title ${channel.title}`);
      return nothing();
    },
  },
  "POST chat/messages": {
    scope: "user:write:chat",
    answer({ body, caller, channel }) {
      own(caller, body["sender_id"]);
      const message = text(body, "message");
      if (message.includes("forbidden")) {
        const reason = { code: "msg_rejected", message: "Your message wasn't posted" };
        return data(200, { message_id: "", is_sent: false, drop_reason: reason });
      }
      channel.done.push(`say ${message}`);
      return data(200, { message_id: "1", is_sent: true });
    },
  },
  "POST chat/announcements": {
    scope: "moderator:manage:announcements",
    answer({ query, body, caller, channel }) {
      own(caller, query.get("moderator_id"));
      own(caller, query.get("broadcaster_id"));
      channel.done.push(`announce ${text(body, "message")}`);
      return nothing();
    },
  },
  "POST chat/shoutouts": {
    scope: "moderator:manage:shoutouts",
    answer(call) {
      const { query, caller, channel } = call;
      own(caller, query.get("from_broadcaster_id"));
      own(caller, query.get("moderator_id"));
      const target = other(call, "The broadcaster may not give themselves a Shoutout.");
      if (!channel.live) throw new Refusal(400, "The broadcaster is not streaming live.");
      channel.done.push(`shoutout ${target}`);
      return nothing();
    },
  },
  "POST raids": {
    scope: "channel:manage:raids",
    answer(call) {
      own(call.caller, call.query.get("from_broadcaster_id"));
      const target = other(call, "The IDs cannot be the same ID.");
      if (call.channel.raiding !== undefined) throw new Refusal(409, "");
      call.channel.raiding = target;
      call.channel.done.push(`raid ${target}`);
      return data(200, { created_at: "2026-01-02T03:04:05Z", is_mature: false });
    },
  },
  "DELETE raids": {
    scope: "channel:manage:raids",
    answer({ query, caller, channel }) {
      own(caller, query.get("broadcaster_id"));
      if (channel.raiding === undefined) throw new Refusal(404, "");
      channel.raiding = undefined;
      channel.done.push("cancel-raid");
      return nothing();
    },
  },
  "POST polls": {
    scope: "channel:manage:polls",
    answer({ body, caller, channel }) {
      own(caller, body["broadcaster_id"]);
      votes(body, { choices: "choices", seconds: "duration", longest: 60, most: 5, least: 15 });
      if (channel.poll !== undefined) throw new Refusal(400, "A poll is running already");
      channel.poll = body;
      channel.done.push(`poll ${body["title"]}`);
      return data(200, { id: "p1", status: "ACTIVE", ...body });
    },
  },
  "POST predictions": {
    scope: "channel:manage:predictions",
    answer({ body, caller, channel }) {
      own(caller, body["broadcaster_id"]);
      votes(body, { choices: "outcomes", seconds: "prediction_window", longest: 45, most: 10, least: 30 });
      if (channel.prediction !== undefined) {
        throw new Refusal(400, "prediction event already active, only one allowed at a time");
      }
      channel.prediction = body;
      channel.done.push(`prediction ${body["title"]}`);
      return data(200, { id: "q1", status: "ACTIVE", ...body });
    },
  },
};

/** Only JSON of that type is read; what is asked without a body has none. */
function bodyIn(text: string, type: string | null): Readonly<Record<string, unknown>> {
  if (text === "") return {};
  if (!/^application\/json\b/i.test(type ?? "")) throw new Refusal(400, "The body is not JSON");
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, "The body cannot be read");
  }
}

function own({ user }: HelixCaller, id: unknown): void {
  if (typeof id !== "string" && typeof id !== "number") {
    throw new Refusal(400, "The parameter id is required.");
  }
  if (`${id}` !== user?.id) throw new Refusal(401, "The ID must match the user ID in the access token.");
}

function other({ query, caller, users }: Call, refusal: string): string {
  const id = query.get("to_broadcaster_id");
  if (id === caller.user?.id) throw new Refusal(400, refusal);
  const found = users.find((user) => user.id === id);
  if (found === undefined) throw new Refusal(400, "The ID in to_broadcaster_id is not valid.");
  return found.login;
}

function text(body: Readonly<Record<string, unknown>>, name: string): string {
  const value = body[name];
  if (typeof value !== "string" || value === "") throw new Refusal(400, `The ${name} field is required.`);
  return value;
}

interface Limits {
  readonly choices: string;
  readonly seconds: string;
  readonly longest: number;
  readonly most: number;
  readonly least: number;
}

function votes(body: Readonly<Record<string, unknown>>, limits: Limits): void {
  const title = text(body, "title");
  const choices = body[limits.choices];
  const seconds = body[limits.seconds];
  if (title.length > limits.longest) throw new Refusal(400, "The title is too long.");
  if (!Array.isArray(choices) || choices.length < 2 || choices.length > limits.most) {
    throw new Refusal(400, "The number of choices is wrong.");
  }
  for (const choice of choices) {
    if (text(choice, "title").length > 25) throw new Refusal(400, "It is too long.");
  }
  if (typeof seconds !== "number" || seconds < limits.least || seconds > 1800) {
    throw new Refusal(400, "The duration is outside the allowed range.");
  }
}

function data(status: number, value: unknown): Response {
  return textAnswer(status, "application/json; charset=utf-8", JSON.stringify({ data: [value] }));
}

function nothing(): Response {
  return new Response(null, { status: 204, statusText: reasonPhrase(204) });
}
