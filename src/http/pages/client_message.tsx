/** A message that the owner sends to whoever is to sign in, somewhere else. */
import type { Time } from "../../core/account.ts";
import type { SignIn } from "../../core/connect.ts";
import type { Catalogue } from "../words/catalogue.ts";
import type { Say } from "../words/say.tsx";
import type { Html } from "./layout.tsx";
import { scopeText } from "./permissions.tsx";

/** The text, in the language of `say`; `expected` is the Twitch name that must sign in, where one must. */
export function messageText(say: Say, signIn: SignIn, expected: string | undefined): string {
  const { wish: { sentTo = "", scopes }, clientId } = signIn;
  const values = {
    hello: sentTo === "" ? say("connect.hello") : say("connect.hello_name", { name: sentTo }),
    account: expected === undefined
      ? say("connect.message_account")
      : say("connect.message_account_named", { name: expected }),
    client: clientId,
    permissions: scopes.map((scope) => permissionLine(say, scope)).join("\n"),
  };
  if (signIn.kind === "device") {
    const { verificationUri: link, userCode: code, endsAt } = signIn.begun;
    return say("connect.message_device", { ...values, link, code, until: withZone(say, endsAt) });
  }
  const { authorizeUrl: link, redirectUri: start } = signIn.begun;
  return say("connect.message_link", { ...values, link, start, until: withZone(say, signIn.endsAt) });
}

function permissionLine(say: Say, scope: string): string {
  return say("connect.message_permission", { text: scopeText(say, scope).replaceAll("**", "") });
}

/** Whoever reads it may live in another time zone. */
function withZone(say: Say, time: Time): string {
  return new Intl.DateTimeFormat(say.language, {
    day: "numeric",
    month: "long",
    hour: "numeric",
    minute: "2-digit",
    timeZoneName: "short",
  }).format(time);
}

interface ClientMessageProps {
  readonly say: Say;
  /** Of the message, which may be another than the page's. */
  readonly language: string;
  readonly languages: readonly Catalogue[];
  readonly text: string;
  readonly open: boolean;
}

/** The message with a button that copies it, and the choice of its language. */
export function ClientMessage({ say, language, languages, text, open }: ClientMessageProps): Html {
  return (
    <details class="card" id="message" open={open}>
      <summary>{say("connect.send_title")}</summary>
      <p>{say("connect.send_intro")}</p>
      <noscript>
        <p class="hint">
          {open
            ? <a href="?">{say("connect.send_look")}</a>
            : <a href={`?message=${language}#message`}>{say("connect.send_stay")}</a>}
        </p>
      </noscript>
      <nav aria-label={say("connect.send_language")}>
        {languages.map((one) => (
          <a
            href={`?message=${one.language}#message`}
            lang={one.language}
            aria-current={one.language === language ? "true" : undefined}
          >
            {one.name}
          </a>
        ))}
      </nav>
      <textarea id="client-message" rows={12} readonly lang={language} aria-label={say("connect.send_label")}>
        {text}
      </textarea>
      <p class="actions">
        <button type="button" data-copy="client-message" data-copied={say("common.copied")} hidden>
          {say("connect.send_copy")}
        </button>
      </p>
    </details>
  );
}
