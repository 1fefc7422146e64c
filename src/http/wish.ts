/** What the form of a sign-in asks for. */
import { loginNamed } from "../core/accounts.ts";
import type { Wish } from "../core/connect.ts";
import { readId } from "../core/ids.ts";
import { textOf } from "./form.ts";
import type { Choice, Wrong } from "./pages/connect.tsx";
import { OWN_SCOPES } from "./pages/permissions.tsx";
import type { Room } from "./room.ts";
import type { Say } from "./words/say.tsx";

/** Twitch adds scopes now and then, so a name is judged by its shape alone. */
const SCOPE = /^[a-z_]+(:[a-z_]+){0,3}$/;
const MOST_SCOPES = 200;

/** The fields of a form as Hono reads them: a text, or a list of what was ticked. */
export type Fields = Readonly<Record<string, unknown>>;

/** The form as it was filled in. */
export function choiceIn(fields: Fields): Choice {
  const ticked = [fields["scope"] ?? []].flat().slice(0, MOST_SCOPES);
  return {
    preset: textOf(fields["preset"], 100),
    ticked: ticked.map((scope) => textOf(scope, 100)),
    typed: textOf(fields["scopes"], 4000),
    label: textOf(fields["label"], 60),
    sentTo: textOf(fields["sent_to"], 60),
    expected: textOf(fields["for"], 100),
  };
}

/** The scopes of a choice: those of its preset and those besides, each once. */
export function scopesOf(choice: Choice, room: Room): readonly string[] {
  const preset = room.deps.presets.find(({ name }) => name === choice.preset)?.scopes ?? [];
  const typed = choice.typed.split(/[\s,+]+/).filter((scope) => scope !== "");
  return [...new Set([...preset, ...choice.ticked, ...typed])];
}

/** The wish of a filled-in form, or what is wrong with it. Throws `AppError` `not_found` if the account is gone. */
export function wishIn(fields: Fields, room: Room, say: Say): { wish: Wish } | { wrong: Wrong } {
  const choice = choiceIn(fields);
  const scopes = scopesOf(choice, room);
  const odd = scopes.find((scope) => !SCOPE.test(scope));
  const known = choice.preset === OWN_SCOPES || room.deps.presets.some(({ name }) => name === choice.preset);
  const scopesError = odd !== undefined
    ? say("connect.no_scope", { text: odd.slice(0, 60) })
    : scopes.length === 0 || !known
    ? say("connect.none_chosen")
    : undefined;
  const typed = textOf(fields["reclaim"], 100);
  const reclaim = readId(typed);
  const reclaimError = typed === "" || reclaim !== undefined ? undefined : say("connect.no_id");
  if (scopesError !== undefined || reclaimError !== undefined) {
    return { wrong: { scopes: scopesError, reclaim: reclaimError } };
  }
  const { expected: alias, label, sentTo } = choice;
  const expected = alias === "" ? undefined : loginNamed(room.deps.roster, alias).account.twitchId;
  return { wish: { scopes, label, expected, reclaim, sentTo } };
}
