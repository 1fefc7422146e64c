import type { AccountView } from "../../core/accounts.ts";
import { companionNotes } from "../../core/companion_file.ts";
import type { Html } from "./layout.tsx";

interface CardProps {
  readonly view: AccountView;
  readonly baseUrls: readonly string[];
  /** What the buttons need. */
  readonly scopes: readonly string[];
}

/** Ready buttons for Companions whose Twitch module knows no token server. */
export function CompanionCard(props: CardProps): Html {
  const { view, baseUrls, scopes } = props;
  const missing = scopes.filter((scope) => !view.scopes.includes(scope));
  const connect = `/connect?for=${encodeURIComponent(view.alias)}&add=buttons`;
  return (
    <section class="card">
      <h2>Ready buttons for Companion 4 and 5</h2>
      <p class="hint">
        They need no Twitch module: Companion’s <b>Generic HTTP</b>{" "}
        sends each press to this server. An existing Twitch connection is not touched, both can run together.
      </p>
      {missing.length > 0 && (
        <p>
          Some buttons need permissions that this login lacks: <code>{missing.join(" ")}</code>.{" "}
          <a href={connect}>Sign in again</a> with them; what it has now stays.
        </p>
      )}
      {view.ids.length === 0
        ? <p>The files cannot be made without the key.</p>
        : <Downloads alias={view.alias} baseUrls={baseUrls} />}
    </section>
  );
}

function Downloads(props: { readonly alias: string; readonly baseUrls: readonly string[] }): Html {
  const path = `/accounts/${encodeURIComponent(props.alias)}`;
  return (
    <form method="get" action={`${path}/companion.companionconfig`}>
      <fieldset>
        <legend>Where Companion reaches this server</legend>
        {props.baseUrls.map((base, at) => (
          <label class="choice" key={base}>
            <input type="radio" name="server" value={base} checked={at === 0} required />
            <code>{base}</code>
          </label>
        ))}
      </fieldset>
      <label class="choice">
        <input type="checkbox" name="twitch" value="yes" />
        <span>I also use the Twitch module 3.0.5: add a button that restarts its connection</span>
      </label>
      <p class="actions">
        <button type="submit">Download the buttons</button>
      </p>
      <Notes notes={companionNotes("page")} />
      <details>
        <summary>The state in words</summary>
        <p>
          A trigger keeps it in a variable, for the second button and for buttons of your own.
        </p>
        <p class="actions">
          <button type="submit" class="quiet" formaction={`${path}/companion-triggers.companionconfig`}>
            Download the trigger
          </button>
        </p>
        <Notes notes={companionNotes("triggers")} />
      </details>
    </form>
  );
}

function Notes(props: { readonly notes: readonly string[] }): Html {
  return (
    <ul>
      {props.notes.map((note) => <li key={note}>{note}</li>)}
    </ul>
  );
}
