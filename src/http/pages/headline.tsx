/** The one look: how everything is, in one sentence. */
import type { Time } from "../../core/account.ts";
import type { AccountView } from "../../core/accounts.ts";
import type { Say } from "../words/say.tsx";
import type { Html } from "./layout.tsx";
import { type Condition, conditionOf, CONDITIONS, hourText, lookOf, Mark, nameOf } from "./state.tsx";

/** What the home page says first. */
export interface Headline {
  readonly condition: Condition;
  readonly text: string;
  readonly more: string;
}

/** The headline for all accounts; undefined while there is none and nothing is wrong. */
export function headlineOf(
  say: Say,
  views: readonly AccountView[],
  locked: boolean,
  now: Time,
): Headline | undefined {
  if (locked) return { condition: "locked", text: say("home.locked"), more: say("home.locked_more") };
  const conditions = views.map((view) => conditionOf(view, locked));
  const condition = CONDITIONS.find((one) => conditions.includes(one));
  if (condition === undefined || condition === "locked") return undefined;
  const concerned = views.filter((_, at) => conditions[at] === condition);
  const end = firstEnd(concerned);
  if (condition === "connected") return { condition, ...wellText(say, end, now) };
  const name = concerned.map(nameOf)[0] ?? "";
  return {
    condition,
    text: say.count(`home.${condition}`, concerned.length, { name }),
    more: moreText(say, condition, concerned, end, now),
  };
}

function wellText(say: Say, end: Time | undefined, now: Time): Pick<Headline, "text" | "more"> {
  if (end === undefined) return { text: say("home.well_endless"), more: say("home.well_endless_more") };
  return {
    text: say("home.well", { time: hourText(say, end, now) }),
    more: say("home.well_more", { span: say.span(end - now) }),
  };
}

function moreText(
  say: Say,
  condition: Exclude<Condition, "connected" | "locked">,
  concerned: readonly AccountView[],
  end: Time | undefined,
  now: Time,
): string {
  const time = end === undefined || !concerned.every(({ serving }) => serving)
    ? undefined
    : hourText(say, end, now);
  switch (condition) {
    case "needs_login":
    case "hands":
      return time === undefined ? say(`home.${condition}_more`) : say(`home.${condition}_still`, { time });
    case "delayed":
      return time === undefined ? say("home.empty_more") : say("home.delayed_more", { time });
    case "empty":
    case "starting":
      return say(`home.${condition}_more`);
  }
}

/** When the first of their tokens runs out; undefined if none does. */
function firstEnd(views: readonly AccountView[]): Time | undefined {
  const ends = views.flatMap(({ expiresAt }) => expiresAt ?? []);
  return ends.length === 0 ? undefined : Math.min(...ends);
}

/** The first thing on the home page. */
export function HeadlineText({ headline }: { readonly headline: Headline }): Html {
  return (
    <section class={`card wellness ${lookOf(headline.condition)}`}>
      <h1>
        <Mark condition={headline.condition} /> <span data-live="headline">{headline.text}</span>
      </h1>
      <p data-live="headline.more">{headline.more}</p>
    </section>
  );
}
