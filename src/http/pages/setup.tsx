import { Field, FormToken, type Html } from "./layout.tsx";

/** What was wrong with which field. */
export interface SetupErrors {
  readonly clientId?: string | undefined;
  readonly clientSecret?: string | undefined;
}

interface SetupProps {
  /** The app that is set up now; its secret is never shown. */
  readonly present: { readonly clientId: string; readonly hasSecret: boolean } | undefined;
  readonly hasAccounts: boolean;
  readonly redirectUri: string;
  readonly typedClientId: string;
  readonly errors: SetupErrors;
  readonly formToken: string;
}

/** The steps at Twitch's console, and the form for what they yield. */
export function SetupPage(props: SetupProps): Html {
  return (
    <>
      <h1>Your Twitch app</h1>
      <p>
        Twitch gives tokens to registered apps only. You register one of your own, once, so nobody else’s
        limits or outages are yours.
      </p>
      {props.present === undefined ? null : <Present {...props.present} />}
      <Steps redirectUri={props.redirectUri} />
      <SetupForm {...props} />
    </>
  );
}

function Present(props: { readonly clientId: string; readonly hasSecret: boolean }): Html {
  return (
    <section class="card">
      <h2>Set up now</h2>
      <p>
        Client ID <code>{props.clientId}</code>, {props.hasSecret
          ? "with a client secret (stored encrypted, not shown)."
          : "a public app without a secret: sign-in by device code only."}
      </p>
      <p>
        <a class="button" href="/connect">Sign in to Twitch</a>
      </p>
    </section>
  );
}

function Steps(props: { readonly redirectUri: string }): Html {
  return (
    <section class="card">
      <h2>At Twitch</h2>
      <ol class="steps">
        <li>
          Open{" "}
          <a href="https://dev.twitch.tv/console/apps" target="_blank" rel="noopener">
            dev.twitch.tv/console/apps
          </a>{" "}
          and choose{" "}
          <b>Register Your Application</b>. Twitch wants two-factor authentication on your account for it.
        </li>
        <li>
          <b>Name</b>: anything that nobody else at Twitch has taken, such as “Companion of{" "}
          <i>your channel</i>”.
        </li>
        <li>
          <b>OAuth Redirect URLs</b>: exactly this, letter by letter, and first in the list:
          <code class="copy">{props.redirectUri}</code>
        </li>
        <li>
          <b>Category</b>: any; <i>Application Integration</i> fits.
        </li>
        <li>
          <b>Client Type</b>:{" "}
          <i>Confidential</i>. Logins of a confidential app can be renewed for months; those of a public one
          end after 30 days of rest and break more easily.
        </li>
        <li>
          Choose <b>Create</b>, then <b>Manage</b>. Copy the <b>Client ID</b>. Choose <b>New Secret</b>{" "}
          and copy it at once: Twitch shows it this one time, and each new secret makes the old one void.
        </li>
      </ol>
    </section>
  );
}

function SetupForm(props: SetupProps): Html {
  const keeps = props.present?.hasSecret === true;
  return (
    <form class="card" method="post" action="/setup">
      <h2>Here</h2>
      <FormToken token={props.formToken} />
      <Field
        name="client_id"
        label="Client ID"
        value={props.typedClientId}
        error={props.errors.clientId}
        required
        most={64}
      />
      <Field
        name="client_secret"
        label="Client Secret"
        type="password"
        hint={keeps ? "Leave it empty to keep the one that is stored." : undefined}
        error={props.errors.clientSecret}
        most={64}
      />
      <p>
        <label class="choice">
          <input type="checkbox" name="public" value="yes" /> It is a <i>Public</i>{" "}
          app and has no secret (sign-in by device code only)
        </label>
      </p>
      {props.hasAccounts && (
        <p class="hint">
          Another client ID than before means another app: every account must then sign in once more. A new
          secret of the same app changes nothing for them.
        </p>
      )}
      <p class="actions">
        <button type="submit">Save</button>
      </p>
    </form>
  );
}
