import type { Preset } from "../deps.ts";
import { Field, FormToken, type Html } from "./layout.tsx";

/** How somebody signs in: back to this browser, by a pasted address, or by a code on another device. */
export type Way = "redirect" | "paste" | "device";

/** The value of the choice that is no preset. */
export const OWN_SCOPES = "own";

/** What was typed into the form, or what it starts with. */
export interface Choice {
  /** A preset's name or `OWN_SCOPES`. */
  readonly preset: string;
  readonly scopes: string;
  readonly label: string;
  readonly way: Way;
  /** The account to sign in again, by its alias; empty takes whoever comes. */
  readonly expected: string;
}

interface ConnectProps {
  readonly presets: readonly Preset[];
  readonly choice: Choice;
  readonly app: { readonly hasSecret: boolean } | undefined;
  readonly scopesError: string | undefined;
  readonly reclaimError: string | undefined;
  readonly formToken: string;
}

/** Where a sign-in begins. */
export function ConnectPage(props: ConnectProps): Html {
  const { app, choice } = props;
  if (app === undefined) return <NoApp />;
  return (
    <>
      <h1>Sign in to Twitch</h1>
      <form method="post" action="/connect">
        <FormToken token={props.formToken} />
        {choice.expected !== "" && <input type="hidden" name="for" value={choice.expected} />}
        <Permissions presets={props.presets} choice={choice} error={props.scopesError} />
        <Ways way={choice.way} hasSecret={app.hasSecret} />
        <section class="card">
          <Field
            name="label"
            label="Your name for it (optional)"
            value={choice.label}
            hint="Shown on these pages, such as “Main channel”."
            most={60}
          />
          <Field
            name="reclaim"
            type="password"
            label="I have an ID in Companion already (optional)"
            hint="From a token server whose data are gone: it leads to this account, and Companion needs no change."
            error={props.reclaimError}
            most={100}
          />
        </section>
        <p class="actions">
          <button type="submit">Continue</button>
        </p>
      </form>
    </>
  );
}

function NoApp(): Html {
  return (
    <section class="card empty">
      <h1>First your Twitch app</h1>
      <p>
        Twitch gives tokens to registered apps only, so an app of your own comes first. It takes five minutes.
      </p>
      <p class="actions">
        <a class="button" href="/setup">Set up your Twitch app</a>
      </p>
    </section>
  );
}

interface PermissionsProps {
  readonly presets: readonly Preset[];
  readonly choice: Choice;
  readonly error: string | undefined;
}

function Permissions(props: PermissionsProps): Html {
  const { presets, choice, error } = props;
  return (
    <fieldset class="card">
      <legend>Permissions</legend>
      {presets.map((preset) => (
        <PresetChoice key={preset.name} preset={preset} checked={preset.name === choice.preset} />
      ))}
      <label class="choice">
        <input type="radio" name="preset" value={OWN_SCOPES} checked={choice.preset === OWN_SCOPES} />
        <span>
          <b>My own choice</b>
          <br />
          <span class="hint">Twitch’s names for them, separated by blanks.</span>
        </span>
      </label>
      <div class={error === undefined ? "field" : "field wrong"}>
        <label class="unseen" for="scopes">Own permissions</label>
        <textarea
          id="scopes"
          name="scopes"
          rows={3}
          spellcheck={false}
          placeholder="chat:read chat:edit"
          aria-invalid={error === undefined ? undefined : "true"}
          aria-describedby={error === undefined ? undefined : "scopes-error"}
        >
          {choice.scopes}
        </textarea>
        {error === undefined ? null : <p class="error" id="scopes-error">{error}</p>}
      </div>
    </fieldset>
  );
}

function PresetChoice(props: { readonly preset: Preset; readonly checked: boolean }): Html {
  const { name, title, description, scopes } = props.preset;
  return (
    <label class="choice">
      <input type="radio" name="preset" value={name} checked={props.checked} />
      <span>
        <b>{title}</b> <small>{scopes.length === 1 ? "1 permission" : `${scopes.length} permissions`}</small>
        <br />
        <span class="hint">{description}</span>
      </span>
    </label>
  );
}

function Ways(props: { readonly way: Way; readonly hasSecret: boolean }): Html {
  const { hasSecret } = props;
  const way = hasSecret ? props.way : "device";
  return (
    <fieldset class="card">
      <legend>Where you sign in</legend>
      <label class="choice">
        <input
          type="radio"
          name="way"
          value="redirect"
          checked={way === "redirect"}
          disabled={!hasSecret}
        />
        <span>
          <b>In this browser</b>
          <br />
          <span class="hint">Twitch sends you back here by itself.</span>
        </span>
      </label>
      <label class="choice">
        <input type="radio" name="way" value="device" checked={way === "device"} />
        <span>
          <b>With a code, on a phone or any other device</b>
          <br />
          <span class="hint">You get a short code and enter it at Twitch.</span>
        </span>
      </label>
      <label class="choice">
        <input type="radio" name="way" value="paste" checked={way === "paste"} disabled={!hasSecret} />
        <span>
          <b>In another browser, and paste the address back</b>
          <br />
          <span class="hint">For a browser that cannot reach this server.</span>
        </span>
      </label>
      {hasSecret
        ? null
        : <p class="hint">The Twitch app has no client secret; Twitch lets such apps use codes only.</p>}
    </fieldset>
  );
}

interface LeaveProps {
  readonly way: Exclude<Way, "device">;
  readonly authorizeUrl: string;
  readonly redirectUri: string;
  readonly state: string;
  readonly formToken: string;
}

/** The last page before Twitch's: a link, because a form may not lead to another site. */
export function LeavePage(props: LeaveProps): Html {
  const pasting = props.way === "paste";
  return (
    <>
      <h1>Continue at Twitch</h1>
      <section class="card">
        <p>
          Twitch takes the account that its page shows. Sign in there as the account that Companion shall use,
          then choose <b>Authorize</b>.
        </p>
        {pasting && <p>Open this link in the other browser, or copy its address there:</p>}
        <p class="actions">
          {pasting
            ? <a class="button" href={props.authorizeUrl} target="_blank" rel="noopener">Open Twitch</a>
            : <a class="button" href={props.authorizeUrl}>Continue to Twitch</a>}
        </p>
        {pasting && <code class="copy small">{props.authorizeUrl}</code>}
        <p class="hint">
          Good for 10 minutes. The app at Twitch must list exactly <code>{props.redirectUri}</code>{" "}
          as OAuth Redirect URL.
        </p>
      </section>
      {pasting && (
        <PasteForm state={props.state} formToken={props.formToken} error={undefined} hint={undefined} />
      )}
    </>
  );
}

interface PasteProps {
  readonly state: string;
  readonly formToken: string;
  readonly error: string | undefined;
  readonly hint: string | undefined;
}

/** Where the address that the browser ended on is pasted. */
export function PasteForm(props: PasteProps): Html {
  const { error, hint } = props;
  return (
    <form class="card" method="post" action="/connect/paste">
      <h2>Paste the address here</h2>
      <FormToken token={props.formToken} />
      <input type="hidden" name="state" value={props.state} />
      <div class={error === undefined ? "field" : "field wrong"}>
        <label for="pasted">The address of the page that you ended on</label>
        <p class="hint" id="pasted-hint">
          That page may say that it cannot be reached; its address is all we need.
        </p>
        <textarea
          id="pasted"
          name="pasted"
          rows={3}
          required
          spellcheck={false}
          autocomplete="off"
          aria-describedby="pasted-hint"
        />
        {error === undefined ? null : <p class="error">{error}.{hint === undefined ? "" : ` ${hint}.`}</p>}
      </div>
      <p class="actions">
        <button type="submit">Finish</button>
        {error === undefined ? null : <a class="button quiet" href="/connect">Begin again</a>}
      </p>
    </form>
  );
}
