/** What a sign-in asks for, in words that people know. */
import type { PermissionGroup, Preset } from "../deps.ts";
import type { WordKey } from "../words/catalogue.ts";
import { Rich } from "../words/rich.tsx";
import type { Say } from "../words/say.tsx";
import type { Html } from "./layout.tsx";

/** The value of the choice that is no preset. */
export const OWN_SCOPES = "own";

/** What was chosen, or what the form starts with. */
export interface PermissionChoice {
  /** A preset's name or `OWN_SCOPES`. */
  readonly preset: string;
  /** Asked for besides the preset. */
  readonly ticked: readonly string[];
  /** Scopes that are not in the list, as they were typed. */
  readonly typed: string;
}

/** What a scope allows; its name where it is newer than the words. */
export function scopeText(say: Say, scope: string): string {
  const key = `scopes.${scope.replaceAll(":", "_")}`;
  const text = say(key as WordKey);
  return text === key ? scope : text;
}

/** The scopes, each in words and by its name. */
export function ScopeList({ say, scopes }: { readonly say: Say; readonly scopes: readonly string[] }): Html {
  return (
    <ul class="scopes">
      {scopes.map((scope) => (
        <li>
          <ScopeWords say={say} scope={scope} />
        </li>
      ))}
    </ul>
  );
}

function ScopeWords({ say, scope }: { readonly say: Say; readonly scope: string }): Html {
  const text = scopeText(say, scope);
  if (text === scope) return <code>{scope}</code>;
  return (
    <>
      <Rich text={text} /> <code class="name">{scope}</code>
    </>
  );
}

interface DifferenceProps {
  readonly say: Say;
  /** What the account has now. */
  readonly had: readonly string[];
  readonly wanted: readonly string[];
}

/** What a sign-in adds to an account's permissions, and what it takes away. */
export function Difference({ say, had, wanted }: DifferenceProps): Html {
  const added = wanted.filter((scope) => !had.includes(scope));
  const dropped = had.filter((scope) => !wanted.includes(scope));
  return (
    <section class="card">
      <h2>{say("connect.changes")}</h2>
      {added.length + dropped.length === 0 && <p>{say("connect.no_changes")}</p>}
      {added.length > 0 && (
        <>
          <h3>{say("connect.new_scopes")}</h3>
          <ScopeList say={say} scopes={added} />
        </>
      )}
      {dropped.length > 0 && (
        <>
          <h3>{say("connect.dropped_scopes")}</h3>
          <ScopeList say={say} scopes={dropped} />
        </>
      )}
    </section>
  );
}

interface PermissionsProps {
  readonly say: Say;
  readonly presets: readonly Preset[];
  readonly groups: readonly PermissionGroup[];
  readonly choice: PermissionChoice;
  /** What the account has that is signed in again. */
  readonly had: readonly string[] | undefined;
  readonly error: string | undefined;
}

/** The choice of permissions, folded up: the preset is right for most. */
export function Permissions(props: PermissionsProps): Html {
  const { say, choice, error, groups } = props;
  return (
    <details class="card" open={error !== undefined}>
      <summary>
        {choice.preset === OWN_SCOPES
          ? say.count("connect.permissions_own", ownCount(choice))
          : say("connect.permissions_are", { set: presetTitle(say, choice.preset) })}
      </summary>
      {error !== undefined && <p class="error" id="scopes-error">{error}</p>}
      <Presets {...props} />
      <h2>{say("connect.single")}</h2>
      <p class="hint">{say("connect.single_hint")}</p>
      {groups.map((group) => <Group key={group.group} say={say} {...group} ticked={choice.ticked} />)}
      <div class={error === undefined ? "field" : "field wrong"}>
        <label for="scopes">{say("connect.more_scopes")}</label>
        <p class="hint" id="scopes-hint">{say.rich("connect.more_scopes_hint")}</p>
        <textarea
          id="scopes"
          name="scopes"
          rows={2}
          spellcheck={false}
          autocapitalize="off"
          autocomplete="off"
          aria-invalid={error === undefined ? undefined : "true"}
          aria-describedby={error === undefined ? "scopes-hint" : "scopes-hint scopes-error"}
        >
          {choice.typed}
        </textarea>
      </div>
    </details>
  );
}

function ownCount({ ticked, typed }: PermissionChoice): number {
  return ticked.length + typed.split(/[\s,+]+/).filter((scope) => scope !== "").length;
}

function presetTitle(say: Say, name: string): string {
  return say(`connect.preset_${name.replaceAll("-", "_")}` as WordKey);
}

function Presets({ say, presets, choice, had }: PermissionsProps): Html {
  return (
    <fieldset>
      <legend>{say("connect.sets")}</legend>
      {presets.map(({ name, scopes }) => (
        <PresetChoice
          say={say}
          name={name}
          checked={choice.preset === name}
          notes={[say.count("connect.count", scopes.length), ...changes(say, had, scopes)]}
        />
      ))}
      <PresetChoice say={say} name={OWN_SCOPES} checked={choice.preset === OWN_SCOPES} notes={[]} />
    </fieldset>
  );
}

function changes(say: Say, had: readonly string[] | undefined, scopes: readonly string[]): string[] {
  if (had === undefined) return [];
  const added = scopes.filter((scope) => !had.includes(scope)).length;
  const dropped = had.filter((scope) => !scopes.includes(scope)).length;
  return [
    ...added === 0 ? [] : [say.count("connect.adds", added)],
    ...dropped === 0 ? [] : [say.count("connect.drops", dropped)],
  ];
}

interface PresetChoiceProps {
  readonly say: Say;
  readonly name: string;
  readonly checked: boolean;
  readonly notes: readonly string[];
}

function PresetChoice({ say, name, checked, notes }: PresetChoiceProps): Html {
  return (
    <label class="choice">
      <input type="radio" name="preset" value={name} checked={checked} />
      <span>
        <b>{presetTitle(say, name)}</b> {notes.length > 0 && <small>{say.list(notes)}</small>}
        <br />
        <span class="hint">{say(`connect.preset_${name.replaceAll("-", "_")}_hint` as WordKey)}</span>
      </span>
    </label>
  );
}

interface GroupProps extends PermissionGroup {
  readonly say: Say;
  readonly ticked: readonly string[];
}

function Group({ say, group, scopes, ticked }: GroupProps): Html {
  const name = say(`connect.group_${group}`);
  const n = scopes.filter((scope) => ticked.includes(scope)).length;
  return (
    <details>
      <summary>{n === 0 ? name : say("connect.group_ticked", { group: name, n })}</summary>
      <fieldset class="scopes" aria-label={name}>
        {scopes.map((scope) => (
          <label class="choice">
            <input type="checkbox" name="scope" value={scope} checked={ticked.includes(scope)} />
            <span>
              <ScopeWords say={say} scope={scope} />
            </span>
          </label>
        ))}
      </fieldset>
    </details>
  );
}
