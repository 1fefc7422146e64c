/**
 * `GET /metrics`: numbers in the text format of Prometheus (version 0.0.4), by alias. They name no login, no id and no
 * token; what is counted by reason has a fixed list of reasons.
 */
import { SECOND, type Time } from "../core/account.ts";
import { viewOf } from "../core/accounts.ts";
import { lineAnswer } from "./problem.ts";
import type { Room } from "./room.ts";

/** What the numbers tell of the process beyond the rest of `HttpDeps`. */
export interface MetricsDeps {
  /** Of Deno. */
  readonly runtime: string;
  readonly startedAt: Time;
  /** Whether backups are made by themselves, and when those were made that lie there. */
  backups(): readonly Time[] | "off";
}

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number];

const PREFIX = "token_server";
const STATES = ["ok", "attention", "store", "locked", "stalled"];
const HEALTHS = ["connected", "retrying", "needs_login"] as const;
const CLASSES = [2, 4, 5] as const;

/** Answers the numbers; as `/healthz` under allowed host names only. */
export async function answerMetrics(request: Request, room: Room, metrics: MetricsDeps): Promise<Response> {
  if (!room.hosts.admits(request)) return lineAnswer("wrong_host");
  const text = [...ofServer(room, metrics), await ofHealth(room), ...ofAccounts(room)].join("");
  return new Response(text, {
    headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8", "cache-control": "no-store" },
  });
}

function ofServer({ deps, tally }: Room, { runtime, startedAt, backups }: MetricsDeps): readonly string[] {
  const made = backups();
  const age = made === "off" ? [] : [(deps.clock.now() - Math.max(-Infinity, ...made)) / SECOND];
  return [
    family("build_info", "gauge", "The version of the program and of its runtime.", [
      [{ version: deps.version, deno: runtime }, 1],
    ]),
    family("start_time_seconds", "gauge", "When the process was started, in Unix time.", [
      [{}, startedAt / SECOND],
    ]),
    family(
      "questions_total",
      "counter",
      "Questions for a token that were answered, by the class of their status.",
      tally.questions.flatMap((count, at): Sample[] =>
        count > 0 || CLASSES.some((one) => one === at) ? [[{ class: `${at}xx` }, count]] : []
      ),
    ),
    family(
      "backup_age_seconds",
      "gauge",
      "The age of the newest automatic backup; +Inf without any, absent where none are made.",
      age.map((one): Sample => [{}, Math.max(0, one)]),
    ),
  ];
}

async function ofHealth({ deps }: Room): Promise<string> {
  const { status } = await deps.health();
  return family(
    "state",
    "gauge",
    "How the server is, as /healthz says it: 1 for the state that holds.",
    STATES.map((state) => [{ state }, Number(state === status)]),
  );
}

function ofAccounts({ deps, tally }: Room): readonly string[] {
  const now = deps.clock.now();
  const logins = deps.roster.all().map((login) => {
    const { alias, health, serving, expiresAt } = viewOf(deps.roster, login, now);
    return { account: alias, health, serving, expiresAt, ...tally.of(alias) };
  });
  return [
    family(
      "logins",
      "gauge",
      "Logins by health.",
      HEALTHS.map((health) => [{ health }, logins.filter((login) => login.health === health).length]),
    ),
    family(
      "login_health",
      "gauge",
      "The health of a login: 1 for the one that holds.",
      logins.flatMap(({ account, ...login }) =>
        HEALTHS.map((health): Sample => [{ account, health }, Number(login.health === health)])
      ),
    ),
    family(
      "token_life_seconds",
      "gauge",
      "How long the token of a login lives on; 0 if there is none, absent where Twitch told no end.",
      logins.flatMap(({ account, serving, expiresAt }): Sample[] => {
        if (!serving) return [[{ account }, 0]];
        return expiresAt === undefined ? [] : [[{ account }, Math.max(0, expiresAt - now) / SECOND]];
      }),
    ),
    family(
      "refreshes_total",
      "counter",
      "Refreshes that ended with a new token.",
      logins.map(({ account, refreshes }) => [{ account }, refreshes]),
    ),
    family(
      "refresh_failures_total",
      "counter",
      "Refreshes that failed or could not begin, by reason.",
      logins.flatMap(({ account, failures }) =>
        [...failures].map(([reason, count]): Sample => [{ account, reason }, count])
      ),
    ),
    family(
      "relay_requests_total",
      "counter",
      "Requests that the relay has answered, by the class of their status.",
      logins.flatMap(({ account, relayed }) =>
        [...relayed].map(([at, count]): Sample => [{ account, class: `${at}xx` }, count])
      ),
    ),
  ];
}

/** All samples of one name. Without any nothing is said of it. */
function family(name: string, type: "gauge" | "counter", help: string, samples: readonly Sample[]): string {
  if (samples.length === 0) return "";
  const full = `${PREFIX}_${name}`;
  const lines = samples.map(([labels, value]) => `${full}${written(labels)} ${numberText(value)}`);
  return [`# HELP ${full} ${help}`, `# TYPE ${full} ${type}`, ...lines, ""].join("\n");
}

function written(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

function numberText(value: number): string {
  return value === Infinity ? "+Inf" : String(value);
}
