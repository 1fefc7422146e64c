import type { AccountView } from "../../core/accounts.ts";
import type { Say } from "../words/say.tsx";
import type { Html } from "./layout.tsx";
import { CopyText } from "./parts.tsx";

interface FieldsProps {
  readonly say: Say;
  readonly view: AccountView;
  /** Where Companion can reach this server, best first. */
  readonly baseUrls: readonly string[];
}

/** What goes into the fields of Companion's Twitch module, with its own names for them. */
export function CompanionFields({ say, view, baseUrls }: FieldsProps): Html {
  const id = view.ids.at(-1);
  const place = view.alias;
  return (
    <dl class="fields">
      <dt>{say("companion.token_server")}</dt>
      <dd>☑ {say("companion.ticked")}</dd>
      <dt>{say("companion.id")}</dt>
      <dd>
        {id === undefined
          ? say("companion.no_id")
          : <CopyText say={say} id={`${place}-id`} text={id.reveal()} label={say("companion.id_short")} />}
      </dd>
      <dt>{say("companion.url")}</dt>
      <dd>
        {view.protected ? say("protect.in_address") : baseUrls.map((base, at) => (
          <TokenUrl
            key={base}
            say={say}
            base={base}
            id={`${place}-url-${at}`}
          />
        ))}
      </dd>
      <dt>{say("companion.channels")}</dt>
      <dd>
        <CopyText say={say} id={`${place}-login`} text={view.login} label={say("companion.channels")} />
        <small>{say("companion.channels_hint")}</small>
      </dd>
    </dl>
  );
}

interface UrlProps {
  readonly say: Say;
  readonly base: string;
  readonly id: string;
}

function TokenUrl({ say, base, id }: UrlProps): Html {
  return (
    <div>
      <CopyText say={say} id={id} text={`${base}/token`} label={say("companion.url")} />
      <small>{say(isHere(base) ? "companion.url_here" : "companion.url_there")}</small>
    </div>
  );
}

/** Whether only programs on this machine reach it. */
function isHere(base: string): boolean {
  return /^https?:\/\/(localhost|127\.|\[::1\])/.test(base);
}
