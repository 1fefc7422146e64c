import { SECOND } from "../../core/account.ts";
import type { EventKind, RecentEvent } from "../../core/events.ts";
import { MOST_EVENTS } from "../../core/events.ts";
import { REASONS } from "../../core/reason_words.ts";
import type { Say } from "../words/say.tsx";
import type { Html } from "./layout.tsx";

/** What somebody should look at. */
const BAD: ReadonlySet<EventKind> = new Set<EventKind>([
  "wrong_password",
  "wrong_code",
  "password_removed",
  "sign_in_held",
  "refresh_failed",
  "refused",
  "needs_login",
  "disk",
  "notice_failed",
  "backup_failed",
  "backup_missing",
  "clock_wrong",
  "locked",
  "bug",
]);

/** What happened lately, newest first. */
export function EventsPart(
  { say, events }: { readonly say: Say; readonly events: readonly RecentEvent[] },
): Html {
  if (events.length === 0) return <p>{say("events.none")}</p>;
  return (
    <>
      <p>{say("events.intro", { n: MOST_EVENTS })}</p>
      <ol class="card events">
        {events.map((event) => (
          <li>
            <time datetime={new Date(event.at).toISOString()}>{say.moment(event.at)}</time>{" "}
            {BAD.has(event.kind)
              ? (
                <span class="state bad">
                  <span aria-hidden="true">!</span> <span class="unseen">{say("events.bad")}:</span>
                  {eventText(say, event)}
                </span>
              )
              : <span>{eventText(say, event)}</span>}
          </li>
        ))}
      </ol>
    </>
  );
}

/** The event in words. */
function eventText(say: Say, event: RecentEvent): string {
  const what = sentenceOf(say, event);
  return event.times === 1 ? what : say("events.times", { what, n: event.times });
}

function sentenceOf(say: Say, { kind, facts }: RecentEvent): string {
  switch (kind) {
    case "person_in":
      return say(facts["browser"] ? "events.person_in" : "events.person_in_plain", facts);
    case "sign_in_held":
      return say(facts["expected"] ? "events.sign_in_held" : "events.sign_in_held_plain", facts);
    case "relay":
      return say(facts["on"] === "true" ? "events.relay_on" : "events.relay_off", facts);
    case "id_password":
      return say(facts["on"] === "true" ? "events.id_password_on" : "events.id_password_off", facts);
    case "notice_addresses":
      return say(facts["hosts"] ? "events.notice_addresses" : "events.notice_addresses_none", facts);
    case "restored": {
      const back = facts["outcome"] === "added" || facts["outcome"] === "renewed";
      return say(back ? "events.restored" : "events.restored_kept", facts);
    }
    case "clock_jump":
      return say("events.clock_jump", { span: say.span(Math.abs(Number(facts["seconds"]) || 0) * SECOND) });
    case "refresh_failed":
      return say("events.refresh_failed", { ...facts, reason: say.sentence(reasonOf(facts["reason"])) });
    case "notice_failed":
      return say("events.notice_failed", { ...facts, reason: say.sentence(String(facts["reason"] ?? "")) });
    case "backup_failed":
      return say("events.backup_failed", { message: say.sentence(String(facts["message"] ?? "")) });
    default:
      return say(`events.${kind}`, facts);
  }
}

function reasonOf(code: string | number | undefined): string {
  const [, words] = Object.entries(REASONS).find(([reason]) => reason === code) ?? [];
  return words ?? REASONS.twitch_error;
}
