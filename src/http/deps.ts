/** What the composition root hands to the HTTP layer. */
import type { Awaitable, Clock, Log } from "../core/ports.ts";
import type { Connector } from "../core/connect.ts";
import type { Refresher } from "../core/refresher.ts";
import type { Owner } from "../core/owner.ts";
import type { Relay } from "../core/relay.ts";
import type { Roster } from "../core/roster.ts";
import type { Secret } from "../core/secret.ts";
import type { Tally } from "../core/tally.ts";
import type { TwitchApp } from "../core/app.ts";
import type { MetricsDeps } from "./metrics.ts";
import type { SettingsDeps } from "./settings_deps.ts";
import type { DoctorDesk } from "./doctor_deps.ts";
import type { Catalogue } from "./words/catalogue.ts";

/** A set of scopes that the connect page offers by name. */
export interface Preset {
  readonly name: "companion-3" | "companion-4" | "buttons";
  readonly scopes: readonly string[];
}

/** The scopes that Twitch asks of people with the same part in a channel. */
export interface PermissionGroup {
  readonly group: "broadcaster" | "editor" | "moderator" | "user";
  readonly scopes: readonly string[];
}

/** Under which names this server may be addressed, besides IP literals and localhost. */
export interface Hosts {
  /** The whole address, such as `https://token.example.org`. */
  readonly publicUrl?: string | undefined;
  /** Names from the settings and those that were allowed on the home page. */
  allowed(): readonly string[];
  readonly machineName?: string | undefined;
}

/** How the program is: what works, or what part of it does not. */
export type HealthReport =
  | {
    readonly status: "ok" | "attention";
    readonly logins: {
      readonly connected: number;
      readonly retrying: number;
      readonly needs_login: number;
    };
  }
  | { readonly status: "store" | "locked" | "stalled" };

export interface HttpDeps extends SettingsDeps {
  readonly roster: Roster;
  readonly refresher: Refresher;
  readonly connector: Connector;
  readonly relay: Relay;
  readonly owner: Owner;
  readonly doctor: DoctorDesk;
  readonly log: Log;
  readonly clock: Clock;
  readonly hosts: Hosts;
  /** IP addresses and ranges of the proxies whose word counts; none unless it is said. */
  readonly trustedProxies?: readonly string[] | undefined;
  /** What is registered at Twitch, for redirects and pasted addresses. */
  redirectUri(): string;
  readonly presets: readonly Preset[];
  /** Every scope that is known, each in one group. */
  readonly permissions: readonly PermissionGroup[];
  health(): Awaitable<HealthReport>;
  /** Stores the app and uses it from then on. Throws `AppError`, for instance where a setting outweighs what is stored. */
  saveApp(app: TwitchApp): Promise<void>;
  /** Answers a command on this machine. Checks its own secret; asked for loopback peers alone. */
  readonly control?: ((request: Request) => Promise<Response>) | undefined;
  /** Of all processes that answer for one another; without one each has its own. */
  readonly formSecret?: (() => Secret) | undefined;
  /** Counts what happens; without one nobody else sees the counts. */
  readonly tally?: Tally | undefined;
  /** What `GET /metrics` needs; undefined: there is no such page. */
  readonly metrics?: MetricsDeps | undefined;
  /** Aborted when the server stops: event streams, which nothing else would end, end then. */
  readonly stop?: AbortSignal | undefined;
  readonly version: string;
  /** The languages of the pages; all that there are unless it is said. */
  readonly catalogues?: readonly Catalogue[] | undefined;
  /** Where the server listens on this machine. */
  port(): number;
  /** Where Companion can reach this server, best first, without a slash at the end: `http://192.168.1.5:8948`. */
  baseUrls(): readonly string[];
}

/** Who is on the other end of the connection; `Deno.ServeHandlerInfo` is one. */
export interface PeerInfo {
  readonly remoteAddr: { readonly transport: string; readonly hostname?: string };
  /** A trusted proxy has told of this peer. */
  readonly isTold?: true;
}
