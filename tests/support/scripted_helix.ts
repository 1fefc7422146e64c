import type { Duration } from "../../src/core/account.ts";
import type { TwitchApp } from "../../src/core/app.ts";
import type { Helix, HelixAnswer, HelixRequest, Unavailable } from "../../src/core/ports.ts";
import type { Secret } from "../../src/core/secret.ts";
import type { ScriptedTwitch } from "./scripted_twitch.ts";

/** One request that arrived. */
export interface HelixCall extends HelixRequest {
  readonly access: string;
  readonly clientId: string;
  readonly timeout: Duration;
}

/** A Helix that knows which tokens live, and otherwise answers as it is told. */
export class ScriptedHelix implements Helix {
  readonly calls: HelixCall[] = [];
  answer: (call: HelixCall) => HelixAnswer | Unavailable = () => helixAnswer(200, { data: [] });
  readonly #twitch: ScriptedTwitch;
  #held: Promise<void> | undefined;

  constructor(twitch: ScriptedTwitch) {
    this.#twitch = twitch;
  }

  /** Requests from now on stay open until the function that comes back is called. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held = promise;
    return () => {
      this.#held = undefined;
      resolve();
    };
  }

  async call(
    app: TwitchApp,
    access: Secret,
    request: HelixRequest,
    timeout: Duration,
  ): Promise<HelixAnswer | Unavailable> {
    const call = { ...request, access: access.reveal(), clientId: app.clientId, timeout };
    this.calls.push(call);
    await this.#held;
    if (!this.#twitch.accepts(call.access)) return helixError(401, "Invalid OAuth token");
    return this.answer(call);
  }
}

/** What Helix says with this status. */
export function helixAnswer(
  status: number,
  body?: unknown,
  headers: Record<string, string> = {},
): HelixAnswer {
  const text = body === undefined ? "" : JSON.stringify(body);
  const type = { "content-type": "application/json; charset=utf-8" };
  return { kind: "answered", status, headers: { ...type, ...headers }, text };
}

/** Helix's form of an error. */
export function helixError(status: number, message: string): HelixAnswer {
  return helixAnswer(status, { error: "Error", status, message });
}
