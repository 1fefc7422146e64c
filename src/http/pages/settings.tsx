import type { Child } from "hono/jsx";
import type { Time } from "../../core/account.ts";
import { SHORTEST_PASSWORD } from "../../core/password_rules.ts";
import type { WordKey } from "../words/catalogue.ts";
import type { Say } from "../words/say.tsx";
import type { Html } from "./layout.tsx";
import { Field, FormToken, Notice } from "./parts.tsx";

interface FrameProps {
  readonly say: Say;
  readonly title: string;
  readonly children: Child;
}

/** The frame of every page of the settings. */
export function SettingsFrame({ say, title, children }: FrameProps): Html {
  return (
    <>
      <p class="hint">
        <a href="/settings">{say("settings.back")}</a>
      </p>
      <h1>{title}</h1>
      {children}
    </>
  );
}

/** One page of the settings, as the overview shows it. */
export interface SettingsEntry {
  readonly href: string;
  readonly title: WordKey;
  readonly text: WordKey;
  /** How it stands, in a few words. */
  readonly state: string | undefined;
}

/** The overview of all settings. */
export function SettingsPage(
  { say, entries }: { readonly say: Say; readonly entries: readonly SettingsEntry[] },
): Html {
  return (
    <>
      <h1>{say("settings.title")}</h1>
      <ul class="cards settings">
        {entries.map(({ href, title, text, state }) => (
          <li class="card">
            <h2>
              <a href={href}>{say(title)}</a>
            </h2>
            <p>{say(text)}</p>
            {state !== undefined && <p class="hint">{state}</p>}
          </li>
        ))}
      </ul>
    </>
  );
}

interface NamesProps {
  readonly say: Say;
  /** From flag or environment. */
  readonly fixed: readonly string[];
  readonly allowed: readonly string[];
  readonly refused: readonly string[];
  /** The name under which the page was asked for. */
  readonly inUse: string | undefined;
  readonly notice: string | undefined;
  readonly formToken: string;
}

/** The names under which the server may be opened, and those that were refused. */
export function NamesPart(props: NamesProps): Html {
  const { say, fixed, allowed, refused, notice } = props;
  return (
    <>
      {notice !== undefined && <Notice>{notice}</Notice>}
      <p>{say("names.intro")}</p>
      <section class="card">
        <h2>{say("names.allowed_title")}</h2>
        {fixed.length + allowed.length === 0 && <p>{say("names.none")}</p>}
        <ul class="names">
          {fixed.map((name) => (
            <li>
              <code>{name}</code>
              <span class="hint">{say.rich("names.fixed")}</span>
            </li>
          ))}
          {allowed.map((name) => <AllowedName key={name} {...props} name={name} />)}
        </ul>
      </section>
      <section class="card">
        <h2>{say("names.refused_title")}</h2>
        <p>{say(refused.length === 0 ? "names.no_refused" : "names.refused_intro")}</p>
        <ul class="names">
          {refused.map((name) => (
            <li>
              <code>{name}</code>
              <form method="post" action="/settings/names/allow">
                <FormToken token={props.formToken} />
                <input type="hidden" name="name" value={name} />
                <button type="submit" class="quiet" aria-label={say("names.allow_label", { name })}>
                  {say("names.allow")}
                </button>
              </form>
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}

function AllowedName({ say, name, inUse, formToken }: NamesProps & { readonly name: string }): Html {
  return (
    <li>
      <code>{name}</code>
      {name === inUse
        ? <span class="hint">{say("names.in_use")}</span>
        : (
          <form method="post" action="/settings/names/remove">
            <FormToken token={formToken} />
            <input type="hidden" name="name" value={name} />
            <button type="submit" class="quiet" aria-label={say("names.remove_label", { name })}>
              {say("names.remove")}
            </button>
          </form>
        )}
    </li>
  );
}

interface PasswordProps {
  readonly say: Say;
  readonly notice: string | undefined;
  readonly errors: { readonly old?: string; readonly fresh?: string };
  readonly formToken: string;
}

/** The form for another password. */
export function PasswordPart({ say, notice, errors, formToken }: PasswordProps): Html {
  return (
    <>
      {notice !== undefined && <Notice>{notice}</Notice>}
      <form class="card" method="post" action="/settings/password">
        <FormToken token={formToken} />
        <p>{say("password.intro")}</p>
        <Field
          name="old_password"
          label={say("password.old")}
          type="password"
          autocomplete="current-password"
          error={errors.old}
          required
          most={1000}
          say={say}
        />
        <Field
          name="new_password"
          label={say("password.new")}
          type="password"
          autocomplete="new-password"
          hint={say("password.new_hint", { n: SHORTEST_PASSWORD })}
          error={errors.fresh}
          required
          most={1000}
          say={say}
        />
        <p class="actions">
          <button type="submit">{say("password.change")}</button>
        </p>
      </form>
      <p class="hint">{say.rich("password.lost")}</p>
    </>
  );
}

/** A session as people see it. */
export interface SessionView {
  /** Names it in the form; gives nobody a way in. */
  readonly ref: string;
  /** Empty if the browser did not say what it is. */
  readonly browser: string;
  readonly from: string;
  readonly beganAt: Time;
  readonly seenAt: Time;
  readonly isThis: boolean;
}

interface SessionsProps {
  readonly say: Say;
  readonly sessions: readonly SessionView[];
  readonly notice: string | undefined;
  readonly formToken: string;
  readonly now: Time;
}

/** Every browser that is signed in. */
export function SessionsPart({ say, sessions, notice, formToken, now }: SessionsProps): Html {
  return (
    <>
      {notice !== undefined && <Notice>{notice}</Notice>}
      <p>{say("sessions.intro")}</p>
      <ul class="cards">
        {sessions.map((session) => (
          <SessionCard key={session.ref} say={say} session={session} formToken={formToken} now={now} />
        ))}
      </ul>
      <form method="post" action="/sign-out-everywhere">
        <FormToken token={formToken} />
        <p class="actions">
          <button type="submit" class="danger">{say("sessions.everywhere")}</button>
          <span class="hint">{say("sessions.everywhere_hint")}</span>
        </p>
      </form>
    </>
  );
}

interface SessionCardProps {
  readonly say: Say;
  readonly session: SessionView;
  readonly formToken: string;
  readonly now: Time;
}

function SessionCard({ say, session, formToken, now }: SessionCardProps): Html {
  const { ref, from, beganAt, seenAt, isThis } = session;
  const browser = session.browser || say("sessions.unknown");
  return (
    <li class="card">
      <h2>
        {browser} {isThis && <span class="hint">({say("sessions.this")})</span>}
      </h2>
      <dl class="facts">
        <dt>{say("sessions.from")}</dt>
        <dd>{from}</dd>
        <dt>{say("sessions.since")}</dt>
        <dd>{say.moment(beganAt)}</dd>
        <dt>{say("sessions.seen")}</dt>
        <dd>{say.ago(seenAt, now)}</dd>
      </dl>
      <form class="actions" method="post" action="/settings/sessions/end">
        <FormToken token={formToken} />
        <input type="hidden" name="ref" value={ref} />
        <button type="submit" class="quiet" aria-label={say("sessions.sign_out_label", { browser, from })}>
          {say("sessions.sign_out")}
        </button>
      </form>
    </li>
  );
}
