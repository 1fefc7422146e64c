import type { ShowLine, ShowState, Verdict } from "../../core/show.ts";
import { verdictOf } from "../../core/show.ts";
import type { Time } from "../../core/account.ts";
import type { Say } from "../words/say.tsx";
import type { Html } from "./layout.tsx";
import { FormToken } from "./parts.tsx";
import { findingText, remedyText, verdictText } from "./show_words.ts";

interface ShowProps {
  readonly say: Say;
  readonly lines: readonly ShowLine[];
  /** Logins were renewed and Twitch was asked, just now. */
  readonly proven: boolean;
  readonly now: Time;
  readonly formToken: string;
}

/** One big answer, and below it why. */
export function ShowPage({ say, lines, proven, now, formToken }: ShowProps): Html {
  const verdict = verdictOf(lines);
  const accounts = [...new Set(lines.flatMap(({ account }) => account ?? []))];
  return (
    <>
      <h1>{say("show.title")}</h1>
      <section class={`card answer ${LOOK[verdict.state]}`} role="status">
        <p class={`state ${LOOK[verdict.state]} verdict`}>{verdictText(say, verdict)}</p>
        <p>{say(`show.${verdict.state}_more`)}</p>
        {proven ? <p class="hint">{say("show.checked", { when: say.moment(now) })}</p> : null}
      </section>
      <form method="post" action="/show" class="actions">
        <FormToken token={formToken} />
        <button type="submit">{say(proven ? "show.again" : "show.run")}</button>
        <button type="button" class="quiet" data-print hidden>{say("common.print")}</button>
      </form>
      <p class="hint">{say("show.intro")}</p>
      {accounts.map((account) => (
        <Part
          say={say}
          now={now}
          title={account}
          lines={lines.filter((line) => line.account === account)}
        />
      ))}
      <Part
        say={say}
        now={now}
        title={say("show.server")}
        lines={lines.filter((line) => line.account === undefined)}
      />
      <p class="hint">{say.rich("show.chat")}</p>
    </>
  );
}

const LOOK: Readonly<Record<Verdict["state"] | ShowState, string>> = {
  ready: "good",
  remarks: "good",
  open: "waiting",
  todo: "bad",
  ok: "good",
  remark: "waiting",
};

interface PartProps {
  readonly say: Say;
  readonly title: string;
  readonly lines: readonly ShowLine[];
  readonly now: Time;
}

function Part({ say, title, lines, now }: PartProps): Html {
  return (
    <section class="card">
      <h2>{title}</h2>
      <ul class="checks">
        {lines.map((line) => <Line key={line.subject} say={say} line={line} now={now} />)}
      </ul>
    </section>
  );
}

function Line({ say, line, now }: { readonly say: Say; readonly line: ShowLine; readonly now: Time }): Html {
  const { state } = line;
  const remedy = remedyText(say, line, now);
  const link = state === "ok" || state === "open" ? undefined : linkOf(say, line);
  return (
    <li class={LOOK[state]}>
      <p>
        <span class={`state ${LOOK[state]}`}>{say(`show.state_${state}`)}</span> {findingText(say, line, now)}
      </p>
      {remedy === undefined ? null : (
        <p class="hint">
          {remedy} {link === undefined ? null : <a href={link.href}>{link.text}</a>}
        </p>
      )}
    </li>
  );
}

/** Where the thing to do is done. */
function linkOf(
  say: Say,
  { subject, finding, account, names = [] }: ShowLine,
): { readonly href: string; readonly text: string } {
  const ofAccount = `/accounts/${encodeURIComponent(account ?? "")}`;
  const signIn = `/connect?for=${encodeURIComponent(account ?? "")}`;
  switch (subject) {
    case "accounts":
      return { href: "/connect", text: say("show.to_connect") };
    case "login":
      return { href: signIn, text: say("show.to_sign_in") };
    case "permissions":
      return { href: `${signIn}&add=${names[0] ?? ""}`, text: say("show.to_sign_in") };
    case "press":
      return { href: `${signIn}&add=buttons`, text: say("show.to_sign_in") };
    case "asked":
      return { href: ofAccount, text: say("show.to_account") };
    case "renewal":
      return finding === "failed"
        ? { href: ofAccount, text: say("show.to_account") }
        : { href: "/doctor", text: say("show.to_doctor") };
    case "token":
    case "clock":
    case "disk":
      return { href: "/doctor", text: say("show.to_doctor") };
    case "backup":
      return { href: "/settings/backup", text: say("show.to_backup") };
    case "notice":
      return { href: "/settings/notices", text: say("show.to_notices") };
  }
}
