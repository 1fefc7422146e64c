/** What is asked once more before it is done, each on a page of its own. */
import type { Child } from "hono/jsx";
import type { Time } from "../../core/account.ts";
import type { AccountView } from "../../core/accounts.ts";
import { AT_WORK } from "../../core/show.ts";
import type { Say } from "../words/say.tsx";
import type { Html } from "./layout.tsx";
import { FormToken, Notice } from "./parts.tsx";
import { agoText, nameOf } from "./state.tsx";

/** What these pages are given. */
export interface ChangeProps {
  readonly say: Say;
  readonly view: AccountView;
  readonly formToken: string;
  readonly now: Time;
}

/** Whether somebody works with the account right now. */
export function atWork({ askedAt }: AccountView, now: Time): boolean {
  return askedAt !== undefined && now - askedAt <= AT_WORK;
}

/** Where the account's own page is, and below it what can be done with it. */
export function pathOf({ alias }: Pick<AccountView, "alias">): string {
  return `/accounts/${encodeURIComponent(alias)}`;
}

/** Says that a show may be on; nothing while nobody has asked lately. */
export function AtWork({ say, view, now }: ChangeProps): Html | null {
  const { askedAt, askedBy } = view;
  if (askedAt === undefined || !atWork(view, now)) return null;
  const ago = agoText(say, askedAt, now);
  return (
    <Notice bad>
      <p>▲ {say("account.at_work", { name: nameOf(view), ago, from: askedBy || "?" })}</p>
    </Notice>
  );
}

interface QuestionProps extends ChangeProps {
  readonly title: string;
  /** Below the account's path. */
  readonly act: string;
  readonly doIt: string;
  readonly children: Child;
}

function Question(props: QuestionProps): Html {
  const { say, view, formToken, title, act, doIt } = props;
  return (
    <section class="card problem">
      <h1>{title}</h1>
      <AtWork {...props} />
      <form method="post" action={`${pathOf(view)}/${act}`}>
        <FormToken token={formToken} />
        <input type="hidden" name="sure" value="yes" />
        {props.children}
        <p class="actions">
          <button type="submit" class="danger">{doIt}</button>
          <a class="button quiet" href={pathOf(view)}>{say("account.keep")}</a>
        </p>
      </form>
    </section>
  );
}

/** Before an account goes. */
export function RemovePage(props: ChangeProps): Html {
  const { say, view } = props;
  const title = say("account.remove_title", { name: nameOf(view) });
  return (
    <Question {...props} title={title} act="remove" doIt={say("account.remove_do")}>
      <ol>
        <li>{say("account.remove_1")}</li>
        <li>{say("account.remove_2")}</li>
        <li>{say("account.remove_3")}</li>
      </ol>
      <p>{say("account.remove_story")}</p>
    </Question>
  );
}

/** Before an account gets another id: when the old one is to end. */
export function NewIdPage(props: ChangeProps): Html {
  const { say, view } = props;
  const title = say("account.new_id_title", { name: nameOf(view) });
  return (
    <Question {...props} title={title} act="id" doIt={say("account.new_id_do")}>
      <p>{say("account.new_id_story")}</p>
      <fieldset>
        <legend>{say("account.new_id_when")}</legend>
        {(["day", "now"] as const).map((old) => (
          <label class="choice">
            <input type="radio" name="old" value={old} checked={old === "day"} />
            <span>{say(`account.new_id_${old}`)}</span>
          </label>
        ))}
      </fieldset>
    </Question>
  );
}

/** Before an older id stops while somebody asks. */
export function EndOldIdPage(props: ChangeProps): Html {
  const { say, view } = props;
  const title = say("account.end_old_title", { name: nameOf(view) });
  return (
    <Question {...props} title={title} act="old-ids" doIt={say("companion.end_old")}>
      <p>{say("account.end_old_story")}</p>
    </Question>
  );
}

/** Before a refresh that takes the token away from those who have it. */
export function RenewPage(props: ChangeProps): Html {
  const { say, view } = props;
  const title = say("account.renew_title", { name: nameOf(view) });
  return (
    <Question {...props} title={title} act="refresh" doIt={say("account.renew_do")}>
      <p>{say("account.renew_story")}</p>
    </Question>
  );
}
