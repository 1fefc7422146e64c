/** Where the sights are played: houses with the permissions that people really see, closed again at the end. */
import type { TwitchApp } from "../../../src/core/app.ts";
import { PERMISSION_GROUPS, PRESET_CHOICES } from "../../../src/cli/presets.ts";
import type { HttpDeps } from "../../../src/http/deps.ts";
import { CONFIDENTIAL, type World, world } from "../../support/world.ts";
import { around, type House, type How } from "../house.ts";

/** A page in a certain state, with made-up data: what a person would see there. */
export interface Sight {
  /** Unique among all; the name of its picture and of its snapshot. */
  readonly name: string;
  show(stage: Stage): Promise<Response>;
}

/** What a browser has sent, and what it got. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly answer: Response;
}

/** How the houses of a stage differ from those of other tests. */
export interface Manner {
  /** What the browser asks for; English unless told otherwise. */
  readonly language?: string;
  readonly over?: Partial<HttpDeps>;
  /** Gets every world before anything happens in it. */
  enter?(world: World): void;
  /** Gets every exchange but event streams, those on the way to the sight too. */
  hear?(exchange: Exchange): void | Promise<void>;
}

/** Makes houses for one sight. */
export class Stage implements Disposable {
  readonly #manner: Manner;
  readonly #worlds: World[] = [];

  constructor(manner: Manner = {}) {
    this.#manner = manner;
  }

  /** Every world that was made here. */
  get worlds(): readonly World[] {
    return this.#worlds;
  }

  /** A server with an app and no account. */
  async house(app: TwitchApp = CONFIDENTIAL, over: Partial<HttpDeps> = {}): Promise<House> {
    return this.around(await world(app), over);
  }

  /** A server before its first start is over: without an app. */
  async fresh(over: Partial<HttpDeps> = {}): Promise<House> {
    const made = await world();
    await made.roster.useApp(undefined);
    return this.around(made, over);
  }

  /** A server around this world. */
  around(made: World, over: Partial<HttpDeps> = {}): House {
    this.#worlds.push(made);
    const choices = { presets: PRESET_CHOICES, permissions: PERMISSION_GROUPS };
    const home = around(made, { ...choices, ...this.#manner.over, ...over });
    const { language = "en", enter, hear } = this.#manner;
    enter?.(made);
    const asks = (how: How = {}): How => ({
      ...how,
      headers: { "accept-language": language, ...how.headers },
    });
    const heard = async (exchange: Omit<Exchange, "answer">, answer: Response): Promise<Response> => {
      const isStream = answer.headers.get("content-type") === "text/event-stream";
      if (hear !== undefined) await hear({ ...exchange, answer: isStream ? new Response() : answer.clone() });
      return answer;
    };
    const { ask, send } = home;
    return Object.assign(home, {
      ask: async (path: string, how: How = {}) =>
        await heard({ method: how.method ?? "GET", path, fields: {} }, await ask(path, asks(how))),
      send: async (path: string, fields: Exchange["fields"], how?: How) =>
        await heard({ method: "POST", path, fields }, await send(path, fields, asks(how))),
    });
  }

  [Symbol.dispose](): void {
    for (const { connector } of this.#worlds) connector.close();
  }
}

/** Follows one redirect. */
export async function followed(home: House, answer: Response): Promise<Response> {
  return await home.ask(answer.headers.get("location") ?? "/nowhere");
}
