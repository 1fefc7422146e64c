import type { Time } from "../../core/account.ts";
import type { AccountView } from "../../core/accounts.ts";
import type { Connected } from "../../core/admit.ts";
import { CompanionCard } from "./companion_card.tsx";
import { Facts, StateLine, Story } from "./home.tsx";
import { Field, FormToken, type Html } from "./layout.tsx";

interface AccountProps {
  readonly view: AccountView;
  readonly locked: boolean;
  /** Just signed in: how that ended. */
  readonly result: Connected | undefined;
  readonly notice: string | undefined;
  readonly baseUrls: readonly string[];
  /** What the ready-made buttons need. */
  readonly buttonScopes: readonly string[];
  readonly formToken: string;
  readonly now: Time;
}

/** One account: its id, what to type into Companion, and what can be done with it. */
export function AccountPage(props: AccountProps): Html {
  const { view, locked, now, result, notice } = props;
  return (
    <>
      {notice === undefined ? null : <p class="notice" role="status">{notice}</p>}
      {result === undefined ? null : <Result result={result} />}
      <h1>{view.label || view.login}</h1>
      <section class="card">
        <StateLine view={view} locked={locked} />
        <Facts view={view} now={now} />
        <Story view={view} locked={locked} now={now} />
      </section>
      <ForCompanion view={view} baseUrls={props.baseUrls} />
      <CompanionCard view={view} baseUrls={props.baseUrls} scopes={props.buttonScopes} />
      <Actions view={view} token={props.formToken} />
      <Details view={view} />
    </>
  );
}

function Result(props: { readonly result: Connected }): Html {
  const { known, missing, dropped, onDisk } = props.result;
  return (
    <section class="notice" role="status">
      <p>
        {known
          ? (
            <>
              <b>Signed in again.</b> The ID is the same as before: Companion needs no change.
            </>
          )
          : (
            <>
              <b>Signed in.</b> Now tell Companion.
            </>
          )}
      </p>
      {missing.length > 0 && (
        <p>
          Twitch did not grant: <code>{missing.join(" ")}</code>. What needs them will not work.
        </p>
      )}
      {dropped.length > 0 && (
        <p>
          This login had before and has no more:{" "}
          <code>{dropped.join(" ")}</code>. If something needs them, sign in again and choose them too.
        </p>
      )}
      {!onDisk && (
        <p>
          <b>The disk has refused to store it.</b>{" "}
          It works until the server stops; it is written as soon as the disk takes it.
        </p>
      )}
    </section>
  );
}

function ForCompanion(props: { readonly view: AccountView; readonly baseUrls: readonly string[] }): Html {
  const { ids, login } = props.view;
  const id = ids.at(-1);
  return (
    <section class="card">
      <h2>What to type into Companion</h2>
      <p class="hint">
        Connection{" "}
        <b>Twitch: API and Chat</b>, module version 3.0.5. Later versions have no field for a token server.
      </p>
      <dl class="fields">
        <dt>Token Server</dt>
        <dd>ticked</dd>
        <dt>Access Token or Token server ID</dt>
        <dd>
          {id === undefined ? "cannot be shown without the key" : <code class="copy">{id.reveal()}</code>}
        </dd>
        <dt>Custom token server URL</dt>
        <dd>
          {props.baseUrls.map((base) => <TokenUrl key={base} base={base} />)}
        </dd>
        <dt>Channels to monitor</dt>
        <dd>
          <code class="copy">{login}</code> and others, separated by blanks
        </dd>
      </dl>
      {ids.length > 1 && <p class="hint">An earlier ID of this account still works beside this one.</p>}
      <p class="hint">
        Who knows the ID gets the token, so treat it like a password. Companion’s warning about “unverified
        3rd party token generators” is about this server, and harmless. If chat stops while buttons work,
        switch the connection off and on.
      </p>
    </section>
  );
}

function TokenUrl(props: { readonly base: string }): Html {
  const local = /^https?:\/\/(localhost|127\.|\[::1\])/.test(props.base);
  return (
    <div>
      <code class="copy">{`${props.base}/token`}</code>
      <small>{local ? "Companion on this machine" : "Companion on another machine"}</small>
    </div>
  );
}

function Actions(props: { readonly view: AccountView; readonly token: string }): Html {
  const { view, token } = props;
  const path = `/accounts/${encodeURIComponent(view.alias)}`;
  return (
    <section class="card">
      <h2>Change</h2>
      <form method="post" action={`${path}/label`}>
        <FormToken token={token} />
        <Field name="label" label="Your name for it" value={view.label} most={60} />
        <p class="actions">
          <button type="submit" class="quiet">Rename</button>
        </p>
      </form>
      <div class="actions">
        <form method="post" action={`${path}/refresh`}>
          <FormToken token={token} />
          <button type="submit" class="quiet">Renew the token now</button>
        </form>
        <a class="button quiet" href={`/connect?for=${encodeURIComponent(view.alias)}`}>Sign in again</a>
      </div>
      <details>
        <summary>Buttons through this server: {view.relay ? "allowed" : "switched off"}</summary>
        <p>
          Ready buttons and other tools that know the ID ask Twitch through this server. Switched off, the ID
          still answers the token question of Companion’s Twitch module.
        </p>
        <form method="post" action={`${path}/relay`}>
          <FormToken token={token} />
          <button type="submit" name="relay" value={view.relay ? "off" : "on"} class="quiet">
            {view.relay ? "Switch it off" : "Switch it on"}
          </button>
        </form>
      </details>
      <details>
        <summary>New ID</summary>
        <p>
          For when the ID has leaked, for instance in a Companion export. The present one stops working at
          once, in every Companion and tool that uses it.
        </p>
        <form method="post" action={`${path}/id`}>
          <FormToken token={token} />
          <button type="submit" class="danger">Give it a new ID</button>
        </form>
      </details>
      <p>
        <a class="danger" href={`${path}/remove`}>Remove this account …</a>
      </p>
    </section>
  );
}

function Details(props: { readonly view: AccountView }): Html {
  const { view } = props;
  return (
    <details class="card">
      <summary>Details</summary>
      <dl class="facts">
        <dt>Twitch login</dt>
        <dd>{view.login}</dd>
        <dt>Twitch user ID</dt>
        <dd>{view.twitchId}</dd>
        <dt>Name in commands</dt>
        <dd>{view.alias}</dd>
        <dt>Client ID of the app</dt>
        <dd>
          <code>{view.clientId}</code>
        </dd>
        <dt>Permissions</dt>
        <dd>
          <code>{view.scopes.join(" ")}</code>
        </dd>
      </dl>
    </details>
  );
}

/** Asks once more before an account goes. */
export function RemovePage(props: { readonly view: AccountView; readonly formToken: string }): Html {
  const { view, formToken } = props;
  const path = `/accounts/${encodeURIComponent(view.alias)}`;
  return (
    <section class="card problem">
      <h1>Remove {view.label || view.login}?</h1>
      <p>
        First Twitch is told to make the token void, then the account, its login and its ID are forgotten
        here. Companion gets no more tokens for it. This cannot be undone; signing in again makes a new ID.
      </p>
      <form class="actions" method="post" action={`${path}/remove`}>
        <FormToken token={formToken} />
        <button type="submit" class="danger">Remove it</button>
        <a class="button quiet" href={path}>Keep it</a>
      </form>
    </section>
  );
}
