/** What is asked before an account wants a password beside its ids, and the password, shown once. */
import type { AccountView } from "../../core/accounts.ts";
import type { Say } from "../words/say.tsx";
import { AtWork, type ChangeProps, pathOf } from "./account_changes.tsx";
import type { Html } from "./layout.tsx";
import { CopyText, FormToken, Notice } from "./parts.tsx";
import { nameOf } from "./state.tsx";

/** What a password is good for, and the way to one or away from it. */
export function ProtectPage(props: ChangeProps): Html {
  const { say, view, formToken } = props;
  return (
    <section class="card problem">
      <h1>{say("protect.title", { name: nameOf(view) })}</h1>
      <AtWork {...props} />
      <p>{say(view.protected ? "protect.is_on" : "protect.is_off")}</p>
      <p>{say("protect.story")}</p>
      <p>{say(view.protected ? "protect.renew_story" : "protect.make_story")}</p>
      <form class="actions" method="post" action={`${pathOf(view)}/password`}>
        <FormToken token={formToken} />
        <button type="submit" name="protect" value="on" class="danger">
          {say(view.protected ? "protect.renew" : "protect.make")}
        </button>
        {view.protected && (
          <button type="submit" name="protect" value="off" class="quiet">{say("protect.end")}</button>
        )}
        <a class="button quiet" href={pathOf(view)}>{say("account.keep")}</a>
      </form>
    </section>
  );
}

interface MadeProps {
  readonly say: Say;
  readonly view: AccountView;
  /** What to type into Companion, best first; the password is in them. */
  readonly urls: readonly string[];
}

/** The new password, in the addresses that it belongs in. */
export function ProtectedPage({ say, view, urls }: MadeProps): Html {
  return (
    <section class="card">
      <h1>{say("protect.made_title", { name: nameOf(view) })}</h1>
      <Notice>{say("protect.once")}</Notice>
      <p>{say("protect.enter")}</p>
      <dl class="fields">
        <dt>{say("companion.url")}</dt>
        <dd>
          {urls.map((url, at) => (
            <CopyText
              key={url}
              say={say}
              id={`protected-url-${at}`}
              text={url}
              label={say("companion.url")}
            />
          ))}
        </dd>
      </dl>
      <p class="hint">{say("protect.others")}</p>
      <p class="actions">
        <a class="button quiet" href={pathOf(view)}>{say("protect.back")}</a>
      </p>
    </section>
  );
}
