/** Everything that a running server answers beside token questions. Loaded at the first request for any of it. */
import type { TwitchApp } from "../core/app.ts";
import { checkApp } from "../core/app_setting.ts";
import type { RecentEvents } from "../core/events.ts";
import type { Secret } from "../core/secret.ts";
import type { Tally } from "../core/tally.ts";
import { createApp } from "../http/app.tsx";
import type { HttpDeps } from "../http/deps.ts";
import type { Routes } from "../http/handler.ts";
import type { MetricsDeps } from "../http/metrics.ts";
import type { QuestionRoom } from "../http/question_room.ts";
import { createRoom } from "../http/room.ts";
import { redirectUri } from "./config.ts";
import { controlRoute } from "./control.ts";
import { doctorDesk } from "./doctor_desk.ts";
import { commonFormSecret } from "./form_secret.ts";
import { localOperations } from "./operations.ts";
import { settingsForPeople } from "./people.ts";
import { PERMISSION_GROUPS, PRESET_CHOICES } from "./presets.ts";
import type { Program } from "./program.ts";
import type { Pulse } from "./pulse.ts";
import { pageUrls, reachableUrls } from "./reachable.ts";
import type { ServeParts } from "./serve.ts";
import { appIsFixed } from "./serve_errors.ts";
import type { Host } from "./sign_in_operations.ts";
import { VERSION } from "./version.ts";

/** Where the server listens, once it does. */
export interface Place {
  port: number;
}

/** What the running server has made besides the program. */
export interface Composed {
  readonly place: Place;
  readonly pulse: Pulse;
  /** What a command must know to be obeyed. */
  readonly secret: Secret;
  readonly events: RecentEvents;
  readonly tally: Tally;
  readonly metrics: MetricsDeps | undefined;
}

/** The table of routes around the room in which questions are answered already. */
export async function createPages(
  { settings, stop }: ServeParts,
  program: Program,
  { place, pulse, secret, events, metrics }: Composed,
  room: QuestionRoom,
): Promise<Routes> {
  const config = settings();
  const { connector, relay, owner, deps: { log } } = program;
  const redirect = (): string => redirectUri(config, place.port);
  const people = await settingsForPeople(program, events);
  program.besideOthers(people.followed);
  const host: Host = {
    redirectUri: redirect,
    port: () => place.port,
    pages: () => pageUrls(config, place.port),
    lasts: true,
    events: () => people.events(),
  };
  const deps: HttpDeps = {
    ...people,
    ...room.deps,
    doctor: doctorDesk(program, host),
    connector,
    relay,
    owner,
    stop,
    metrics,
    formSecret: program.deps.shared && await commonFormSecret(program),
    redirectUri: redirect,
    presets: PRESET_CHOICES,
    permissions: PERMISSION_GROUPS,
    health: () => pulse.report(),
    async saveApp(app: TwitchApp) {
      await checkApp(program.deps, app);
      if (!await program.storeApp(app)) throw appIsFixed();
    },
    control: controlRoute(localOperations(program, host), secret, log),
    version: VERSION,
    port: () => place.port,
    baseUrls: () => reachableUrls(config, place.port),
  };
  return createApp(deps, createRoom(deps, room));
}
