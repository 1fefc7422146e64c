/** How an account is, for people: a colour, a shape, words, what it means, and the facts that change while one looks. */
import { DAY, type Reason, SECOND, type Time } from "../../core/account.ts";
import type { AccountView } from "../../core/accounts.ts";
import { NEEDS_HANDS } from "../../core/reason_words.ts";
import type { Look } from "../live.ts";
import type { Say } from "../words/say.tsx";
import type { Html } from "./layout.tsx";

/** Worst first. */
export const CONDITIONS = [
  "locked",
  "needs_login",
  "hands",
  "empty",
  "delayed",
  "starting",
  "connected",
] as const;

/**
 * `hands`: trying again does not help, somebody has to act. `empty`: no token, and the server keeps trying. `delayed`: the
 * token is good and its renewal fails. `starting`: nothing is wrong, the first token is on its way.
 */
export type Condition = typeof CONDITIONS[number];

const LOOKS: Readonly<Record<Condition, "good" | "waiting" | "bad">> = {
  locked: "bad",
  needs_login: "bad",
  hands: "bad",
  empty: "bad",
  delayed: "waiting",
  starting: "waiting",
  connected: "good",
};
const MARKS = { good: "●", waiting: "▲", bad: "■" } as const;

/** Against these a person can do something, beside waiting or signing in again. */
const HAVE_REMEDY = [
  "unreachable",
  "not_twitch",
  "app_refused",
  "other_app",
  "unsafe_runtime",
  "disk",
  "store_away",
] as const satisfies readonly Reason[];

/** The condition of an account. */
export function conditionOf(view: AccountView, locked: boolean): Condition {
  if (locked) return "locked";
  if (view.health === "needs_login") return "needs_login";
  if (view.health === "connected") return view.serving ? "connected" : "starting";
  if (view.reason !== undefined && NEEDS_HANDS.has(view.reason)) return "hands";
  return view.serving ? "delayed" : "empty";
}

/** The colour and shape of a condition, as a class. */
export function lookOf(condition: Condition): "good" | "waiting" | "bad" {
  return LOOKS[condition];
}

/** What its owner calls it, else what Twitch does. */
export function nameOf({ label, login }: Pick<AccountView, "label" | "login">): string {
  return label || login;
}

interface MarkProps {
  readonly say: Say;
  readonly condition: Condition;
}

/** The shape of a condition, in its colour; its words stand beside it. */
export function Mark({ condition }: Pick<MarkProps, "condition">): Html {
  const look = LOOKS[condition];
  return <span class={`mark ${look}`} aria-hidden="true">{MARKS[look]}</span>;
}

/** The condition in one line. */
export function StateLine({ say, condition }: MarkProps): Html {
  return (
    <p class={`state ${LOOKS[condition]}`}>
      <Mark condition={condition} /> {say(`state.${condition}`)}
    </p>
  );
}

interface ViewProps {
  readonly say: Say;
  readonly view: AccountView;
  readonly now: Time;
}

/** What the condition means and what to do, where that is not plain. */
export function Story({ say, view, locked, now }: ViewProps & { readonly locked: boolean }): Html | null {
  const condition = conditionOf(view, locked);
  if (condition === "connected") return null;
  if (condition === "locked" || condition === "starting") {
    return <p class="hint">{say(`state.story_${condition}`)}</p>;
  }
  const alias = encodeURIComponent(view.alias);
  const remedy = HAVE_REMEDY.find((reason) => reason === view.reason);
  return (
    <div class="story">
      {view.reason !== undefined && <p>{say(`state.why_${view.reason}`)}</p>}
      {condition === "needs_login"
        ? <p>{say.rich("state.do_sign_in", { alias })}</p>
        : remedy !== undefined && <p>{say.rich(`state.do_${remedy}`, { alias })}</p>}
      <p class="hint">{aftermath(say, view, condition, now)}</p>
    </div>
  );
}

function aftermath(say: Say, view: AccountView, condition: Condition, now: Time): string | undefined {
  if (condition === "needs_login") return view.serving ? say("state.story_still") : undefined;
  if (condition === "hands") return view.serving ? say("state.story_still") : undefined;
  return say("state.story_trying", { span: say.span(Math.max(0, now - (view.since ?? now))) });
}

/** What an account's facts say right now, by the `data-live` of their places. */
export function liveTexts(say: Say, view: AccountView, now: Time): Readonly<Record<string, string>> {
  const { alias } = view;
  return {
    [`${alias}.token`]: tokenText(say, view, now),
    [`${alias}.next`]: nextText(say, view, now),
    [`${alias}.asked`]: askedText(say, view, now),
    [`${alias}.renewed`]: view.lastRefresh === undefined
      ? say("state.renewed_never")
      : agoText(say, view.lastRefresh, now),
  };
}

/** What an account's card or page is made of, beside the texts that change by themselves. */
export function shapeOf(view: AccountView, locked: boolean): string {
  const { alias, label, login, reason, serving, ids, oldIds, relay, scopes } = view;
  return JSON.stringify([
    ...[alias, label, login, conditionOf(view, locked), reason, serving, relay],
    ...[ids.length, oldIds, scopes],
  ]);
}

/** The look of a page that shows one account. */
export function lookAt(say: Say, view: AccountView, locked: boolean, now: Time): Look {
  return { shape: shapeOf(view, locked), texts: liveTexts(say, view, now) };
}

function tokenText(say: Say, { serving, expiresAt }: AccountView, now: Time): string {
  if (!serving) return say("state.token_none");
  return expiresAt === undefined
    ? say("state.token_endless")
    : say("state.token_good", { span: say.span(expiresAt - now) });
}

function nextText(say: Say, { health, nextRefresh, nextTry }: AccountView, now: Time): string {
  if (health === "needs_login") return say("state.next_never");
  if (nextTry !== undefined) return say("state.next_try", { until: untilText(say, nextTry, now) });
  return nextRefresh === undefined
    ? say("common.none")
    : say("state.next_by_itself", { until: untilText(say, nextRefresh, now) });
}

function askedText(say: Say, { askedAt, askedBy }: AccountView, now: Time): string {
  if (askedAt === undefined) return say("state.asked_never");
  const ago = agoText(say, askedAt, now);
  return askedBy ? say("state.asked_by", { from: askedBy, ago }) : ago;
}

/** Like `say.ago`, to the second and the minute: somebody who waits for Companion's question wants to see it come. */
export function agoText(say: Say, at: Time, now: Time): string {
  const span = Math.max(0, now - at);
  return span < 2 * DAY ? say("state.span_ago", { span: say.span(span) }) : say.ago(at, now);
}

function untilText(say: Say, at: Time, now: Time): string {
  const exact = at - now >= SECOND && at - now < 2 * DAY;
  return exact ? say("state.in_span", { span: say.span(at - now) }) : say.until(at, now);
}

/** The hour, with the weekday where that is not today, by the clock of this machine. */
export function hourText(say: Say, time: Time, now: Time): string {
  const sameDay = new Date(time).toDateString() === new Date(now).toDateString();
  return new Intl.DateTimeFormat(say.language, {
    hour: "numeric",
    minute: "2-digit",
    ...(sameDay ? {} : { weekday: "long" }),
  }).format(time);
}

/** How long the token is good, when it is renewed and who has asked for it. */
export function Facts({ say, view, now, renewed = false }: ViewProps & { readonly renewed?: boolean }): Html {
  const texts = liveTexts(say, view, now);
  const names = ["token", "next", "asked", ...(renewed ? ["renewed" as const] : [])] as const;
  return (
    <dl class="facts">
      {names.map((name) => (
        <>
          <dt>{say(`state.${name}`)}</dt>
          <dd data-live={`${view.alias}.${name}`}>{texts[`${view.alias}.${name}`]}</dd>
        </>
      ))}
    </dl>
  );
}
