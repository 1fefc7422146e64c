/** "Which Companion do you have?": what to enter where, for each of them. */
import type { Child } from "hono/jsx";
import type { AccountView } from "../../core/accounts.ts";
import type { CompanionChoice } from "../../core/companion_choice.ts";
import type { Say } from "../words/say.tsx";
import { pathOf } from "./account_changes.tsx";
import { CompanionFields } from "./companion_fields.tsx";
import type { Html } from "./layout.tsx";
import { CopyText, Field, FormToken } from "./parts.tsx";
import { ScopeList } from "./scope_list.tsx";

interface CardProps {
  readonly say: Say;
  readonly view: AccountView;
  readonly baseUrls: readonly string[];
  /** What the ready-made buttons need. */
  readonly buttonScopes: readonly string[];
  /** What its owner has said they have. */
  readonly choice: CompanionChoice;
  readonly formToken: string;
}

/** The ways to use an account; the one that its owner has chosen stands open. */
export function CompanionCard(props: CardProps): Html {
  const { say, view, baseUrls, choice } = props;
  return (
    <section class="card" id="companion">
      <h2>{say("companion.title")}</h2>
      <Way title={say("companion.module_3")} open={choice === "companion-3"}>
        <p class="hint">{say.rich("companion.module_3_story")}</p>
        <CompanionFields say={say} view={view} baseUrls={baseUrls} />
        <p class="hint">{say("companion.warning")}</p>
        <p class="hint">{say("companion.chat")}</p>
      </Way>
      <Way title={say("companion.module_4")} open={choice === "companion-4"}>
        <Buttons {...props} />
      </Way>
      <Way title={say("companion.other")} open={choice === "other"}>
        <OtherTools say={say} view={view} baseUrls={baseUrls} />
      </Way>
      <p class="hint">{say("companion.secret")}</p>
    </section>
  );
}

function Way(
  { title, open, children }: { readonly title: string; readonly open: boolean; readonly children: Child },
): Html {
  return (
    <details class="way" name="companion" open={open}>
      <summary>{title}</summary>
      {children}
    </details>
  );
}

function Buttons({ say, view, baseUrls, buttonScopes, formToken }: CardProps): Html {
  const missing = buttonScopes.filter((scope) => !view.scopes.includes(scope));
  const alias = encodeURIComponent(view.alias);
  return (
    <>
      <p class="hint">{say.rich("companion.buttons_story")}</p>
      {!view.relay && <p>{say("companion.buttons_off")}</p>}
      {missing.length > 0 && (
        <>
          <p>{say.rich("companion.buttons_missing", { alias })}</p>
          <ScopeList say={say} scopes={missing} />
        </>
      )}
      {view.ids.length === 0
        ? <p>{say("companion.buttons_locked")}</p>
        : <Downloads say={say} view={view} baseUrls={baseUrls} formToken={formToken} />}
    </>
  );
}

interface DownloadsProps {
  readonly say: Say;
  readonly view: AccountView;
  readonly baseUrls: readonly string[];
  readonly formToken: string;
}

const PAGE_NOTES = ["note_file", "note_import", "note_again", "note_words", "note_state"] as const;
const TRIGGER_NOTES = ["note_file", "trigger_import", "trigger_again"] as const;

function Downloads({ say, view, baseUrls, formToken }: DownloadsProps): Html {
  const path = pathOf(view);
  // A password does not go into the address of a page.
  return (
    <form method={view.protected ? "post" : "get"} action={`${path}/companion.companionconfig`}>
      {view.protected && <FormToken token={formToken} />}
      <fieldset>
        <legend>{say("companion.where")}</legend>
        {baseUrls.map((base, at) => (
          <label class="choice">
            <input type="radio" name="server" value={base} checked={at === 0} required />
            <code>{base}</code>
          </label>
        ))}
      </fieldset>
      <label class="choice">
        <input type="checkbox" name="twitch" value="yes" />
        <span>{say("companion.with_module")}</span>
      </label>
      {view.protected && (
        <Field
          name="id_password"
          type="password"
          label={say("protect.field")}
          hint={say("protect.field_hint")}
          required
          most={100}
          say={say}
        />
      )}
      <p class="actions">
        <button type="submit">{say("companion.download")}</button>
      </p>
      <Notes say={say} notes={PAGE_NOTES} />
      <h3>{say("companion.trigger")}</h3>
      <p>{say("companion.trigger_story")}</p>
      <p class="actions">
        <button type="submit" class="quiet" formaction={`${path}/companion-triggers.companionconfig`}>
          {say("companion.trigger_download")}
        </button>
      </p>
      <Notes say={say} notes={TRIGGER_NOTES} />
    </form>
  );
}

interface NotesProps {
  readonly say: Say;
  readonly notes: readonly (typeof PAGE_NOTES[number] | typeof TRIGGER_NOTES[number])[];
}

function Notes({ say, notes }: NotesProps): Html {
  return (
    <ul class="hint">
      {notes.map((note) => <Note key={note} text={say.rich(`companion.${note}`)} />)}
    </ul>
  );
}

function Note({ text }: { readonly text: Html }): Html {
  return <li>{text}</li>;
}

const ADDRESSES = [
  ["other_token", "/token"],
  ["other_json", "/token.json"],
  ["other_status", "/status.txt"],
  ["other_picture", "/status.png"],
] as const;

function OtherTools(
  { say, view, baseUrls: [base = ""] }: Pick<CardProps, "say" | "view" | "baseUrls">,
): Html {
  const id = view.ids.at(-1);
  if (id === undefined) return <p>{say("companion.no_id")}</p>;
  return (
    <>
      <p class="hint">{say("companion.other_story")}</p>
      {view.protected && <p>{say("protect.others")}</p>}
      <dl class="fields">
        {ADDRESSES.map(([key, path]) => (
          <>
            <dt>{say(`companion.${key}`)}</dt>
            <dd>
              <CopyText
                say={say}
                id={`${view.alias}-${key}`}
                text={`${base}${path}?id=${id.reveal()}`}
                label={say(`companion.${key}`)}
              />
            </dd>
          </>
        ))}
      </dl>
    </>
  );
}
