import type { LinkSignIn } from "../../core/sign_in.ts";
import type { Say } from "../words/say.tsx";
import { cancelPath } from "./connect.tsx";
import type { Html } from "./layout.tsx";
import { CopyText, FormToken, Notice } from "./parts.tsx";
import { Difference, ScopeList } from "./permissions.tsx";

/** Why it did not work, in the page's language. */
export interface Failure {
  readonly message: string;
  readonly hint: string | undefined;
}

/** The account that is to be signed in again. */
export interface ExpectedAccount {
  readonly login: string;
  readonly scopes: readonly string[];
}

interface LinkProps {
  readonly say: Say;
  readonly signIn: LinkSignIn;
  /** Twitch can send this very browser back. */
  readonly returns: boolean;
  readonly expected: ExpectedAccount | undefined;
  /** How the last try ended. */
  readonly failure: Failure | undefined;
  /** What is wrong with what was pasted, and what it was. */
  readonly wrong: (Failure & { readonly pasted: string }) | undefined;
  readonly message: Html;
  readonly formToken: string;
}

/** The way to Twitch by a link, and back by itself or by a pasted address. */
export function LinkPage(props: LinkProps): Html {
  const { say, signIn, returns, expected, failure, wrong } = props;
  return (
    <>
      <h1>{say("connect.link_title")}</h1>
      <FailureNotice say={say} failure={failure} expected={expected} />
      <TwitchLink say={say} signIn={signIn} returns={returns} expected={expected} />
      {returns && wrong === undefined
        ? (
          <details class="card">
            <summary>{say("connect.paste_other")}</summary>
            <PasteForm {...props} />
          </details>
        )
        : (
          <section class="card">
            <h2>{say("connect.paste_title")}</h2>
            <PasteForm {...props} />
          </section>
        )}
      {props.message}
      <Wanted say={say} scopes={signIn.wish.scopes} expected={expected} />
      <CancelForm say={say} signIn={signIn} formToken={props.formToken} />
    </>
  );
}

/** What went wrong, and that nothing is lost. */
export function FailureNotice(
  { say, failure, expected }: Pick<LinkProps, "say" | "failure" | "expected">,
): Html | null {
  if (failure === undefined) return null;
  return (
    <Notice bad>
      <p>
        <b>{failure.message}.</b>
      </p>
      {failure.hint !== undefined && <p>{failure.hint}.</p>}
      {expected !== undefined && <p>{say("connect.old_kept")}</p>}
    </Notice>
  );
}

function TwitchLink(
  { say, signIn, returns, expected }: Pick<LinkProps, "say" | "signIn" | "returns" | "expected">,
): Html {
  const { authorizeUrl, redirectUri } = signIn.begun;
  return (
    <section class="card">
      <p>
        {expected === undefined
          ? say.rich("connect.link_intro_any")
          : say.rich("connect.link_intro", { who: expected.login })}
      </p>
      <p class="actions">
        {returns
          ? <a class="button" href={authorizeUrl}>{say("connect.to_twitch")}</a>
          : (
            <a class="button" href={authorizeUrl} target="_blank" rel="noopener">
              {say("connect.open_twitch")}
            </a>
          )}
      </p>
      {returns && <p class="hint">{say("connect.link_returns")}</p>}
      {!returns && (
        <>
          <p class="hint">{say("connect.link_to_copy")}</p>
          <CopyText say={say} id="authorize-url" label={say("connect.link_to_copy")} text={authorizeUrl} />
        </>
      )}
      <p class="hint">{say("connect.redirect_note", { uri: redirectUri })}</p>
    </section>
  );
}

function PasteForm({ say, signIn, wrong, formToken }: LinkProps): Html {
  const { redirectUri } = signIn.begun;
  const notes = wrong === undefined ? "pasted-why pasted-until" : "pasted-why pasted-until pasted-error";
  return (
    <form method="post" action={`/connect/link/${signIn.ref.reveal()}/paste`}>
      <FormToken token={formToken} />
      <p id="pasted-why">{say.rich("connect.paste_why", { start: redirectUri })}</p>
      <div class={wrong === undefined ? "field" : "field wrong"}>
        <label for="pasted">{say("connect.pasted")}</label>
        <textarea
          id="pasted"
          name="pasted"
          rows={3}
          required
          spellcheck={false}
          autocapitalize="off"
          autocomplete="off"
          aria-invalid={wrong === undefined ? undefined : "true"}
          aria-describedby={notes}
        >
          {wrong?.pasted ?? ""}
        </textarea>
        {wrong !== undefined && (
          <p class="error" id="pasted-error">
            {wrong.message}. {wrong.hint !== undefined && `${wrong.hint}.`}
          </p>
        )}
        <p class="hint" id="pasted-until">
          {say("connect.paste_until", { time: say.moment(signIn.endsAt) })}
        </p>
      </div>
      <p class="actions">
        <button type="submit">{say("connect.finish")}</button>
      </p>
    </form>
  );
}

interface WantedProps {
  readonly say: Say;
  readonly scopes: readonly string[];
  readonly expected: ExpectedAccount | undefined;
}

/** What is asked for; of an account that is there already, what changes. */
export function Wanted({ say, scopes, expected }: WantedProps): Html {
  if (expected !== undefined) return <Difference say={say} had={expected.scopes} wanted={scopes} />;
  return (
    <details class="card">
      <summary>{say("connect.asked_for")}</summary>
      <ScopeList say={say} scopes={scopes} />
    </details>
  );
}

interface CancelProps {
  readonly say: Say;
  readonly signIn: Parameters<typeof cancelPath>[0];
  readonly formToken: string;
}

/** Gives the sign-in up. */
export function CancelForm({ say, signIn, formToken }: CancelProps): Html {
  return (
    <form method="post" action={cancelPath(signIn)}>
      <FormToken token={formToken} />
      <button type="submit" class="link">{say("connect.cancel_attempt")}</button>
    </form>
  );
}
