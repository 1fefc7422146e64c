import type { Time } from "../../core/account.ts";
import type { AccountView } from "../../core/accounts.ts";
import { FormToken, type Html } from "./layout.tsx";
import { agoWords, spanWords, stateStory, stateWords } from "./wording.ts";

interface HomeProps {
  readonly accounts: readonly AccountView[];
  /** Why the vault is locked. */
  readonly locked: string | undefined;
  readonly hasApp: boolean;
  readonly refusedHosts: readonly string[];
  readonly notice: string | undefined;
  readonly formToken: string;
  readonly now: Time;
}

/** The first page: every account as a card, or how to get the first one. */
export function HomePage(props: HomeProps): Html {
  const { accounts, locked, notice } = props;
  return (
    <>
      {notice === undefined ? null : <p class="notice" role="status">{notice}</p>}
      {locked === undefined ? null : <Locked reason={locked} />}
      <div class="headline">
        <h1>Accounts</h1>
        {accounts.length > 0 && <a class="button" href="/connect">Sign in another</a>}
      </div>
      {accounts.length === 0 ? <FirstSteps hasApp={props.hasApp} /> : (
        <ul class="cards">
          {accounts.map((view) => (
            <AccountCard key={view.alias} view={view} locked={locked !== undefined} now={props.now} />
          ))}
        </ul>
      )}
      {props.refusedHosts.length > 0 && <RefusedHosts names={props.refusedHosts} token={props.formToken} />}
    </>
  );
}

function Locked(props: { readonly reason: string }): Html {
  return (
    <section class="card bad">
      <h2>The key is missing</h2>
      <p>{props.reason}.</p>
      <p>
        Nothing is lost: the logins are in the database, sealed. Put the right key back and start the server
        again. Until then Companion gets no tokens, and nobody can sign in.
      </p>
    </section>
  );
}

function FirstSteps(props: { readonly hasApp: boolean }): Html {
  return (
    <section class="card empty">
      <h2>No Twitch account yet</h2>
      <p>Two steps, and Companion has its tokens for months:</p>
      <ol>
        <li>
          {props.hasApp ? <>Your Twitch app is set up. ✓</> : <a href="/setup">Set up your Twitch app</a>}
        </li>
        <li>
          <a href="/connect">Sign in to Twitch</a> and copy the ID into Companion
        </li>
      </ol>
      <p class="actions">
        {props.hasApp
          ? <a class="button" href="/connect">Sign in to Twitch</a>
          : <a class="button" href="/setup">Set up your Twitch app</a>}
      </p>
    </section>
  );
}

interface CardProps {
  readonly view: AccountView;
  readonly locked: boolean;
  readonly now: Time;
}

function AccountCard(props: CardProps): Html {
  const { view, locked, now } = props;
  return (
    <li class="card">
      <h2>
        <a href={`/accounts/${encodeURIComponent(view.alias)}`}>{view.label || view.login}</a>
      </h2>
      {view.label === "" ? null : <p class="hint">{view.login}</p>}
      <StateLine view={view} locked={locked} />
      <Facts view={view} now={now} />
      <Story view={view} locked={locked} now={now} />
    </li>
  );
}

/** The state in words, with a colour and a shape of its own. */
export function StateLine(props: { readonly view: AccountView; readonly locked: boolean }): Html {
  const { look, mark, text } = stateWords(props.view, props.locked);
  return (
    <p class={`state ${look}`}>
      <span aria-hidden="true">{mark}</span> {text}
    </p>
  );
}

/** What the state means, where that is not plain. */
export function Story(props: CardProps): Html | null {
  const story = stateStory(props.view, props.locked, props.now);
  return story === undefined ? null : <p class="hint">{story}</p>;
}

/** How long the token is good, and who asked for it when. */
export function Facts(props: { readonly view: AccountView; readonly now: Time }): Html {
  const { view, now } = props;
  return (
    <dl class="facts">
      <dt>Token</dt>
      <dd>
        {!view.serving
          ? "none"
          : view.expiresAt === undefined
          ? "good without limit"
          : `good for ${spanWords(view.expiresAt - now)}`}
      </dd>
      <dt>Last asked</dt>
      <dd>{view.askedAt === undefined ? "not since the start" : agoWords(view.askedAt, now)}</dd>
      <dt>Last renewed</dt>
      <dd>{view.lastRefresh === undefined ? "not yet" : agoWords(view.lastRefresh, now)}</dd>
    </dl>
  );
}

function RefusedHosts(props: { readonly names: readonly string[]; readonly token: string }): Html {
  return (
    <section class="card">
      <h2>Refused host names</h2>
      <p>
        This server was asked for under names that it does not know. That is a defence against web pages that
        reach into your network. Allow a name only if it is yours.
      </p>
      <ul class="names">
        {props.names.map((name) => <RefusedHost key={name} name={name} token={props.token} />)}
      </ul>
    </section>
  );
}

function RefusedHost(props: { readonly name: string; readonly token: string }): Html {
  return (
    <li>
      <code>{props.name}</code>
      <form method="post" action="/hosts">
        <FormToken token={props.token} />
        <input type="hidden" name="name" value={props.name} />
        <button type="submit" class="quiet" aria-label={`Allow the name ${props.name}`}>
          Allow this name
        </button>
      </form>
    </li>
  );
}
