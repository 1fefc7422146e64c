import type { Time } from "../../core/account.ts";
import type { SignIn } from "../../core/connect.ts";
import type { PermissionGroup, Preset } from "../deps.ts";
import type { Say } from "../words/say.tsx";
import type { Html } from "./layout.tsx";
import { Field, FormToken } from "./parts.tsx";
import { Difference, type PermissionChoice, Permissions } from "./permissions.tsx";

/** How somebody signs in: by a code on any device, back to this browser, or by a pasted address. */
export type Way = "device" | "redirect" | "paste";

/** What was typed into the form, or what it starts with. */
export interface Choice extends PermissionChoice {
  readonly label: string;
  readonly sentTo: string;
  /** The account to sign in again, by its alias; empty takes whoever comes. */
  readonly expected: string;
}

/** What must be entered otherwise. */
export interface Wrong {
  readonly scopes?: string | undefined;
  readonly reclaim?: string | undefined;
}

interface ConnectProps {
  readonly say: Say;
  readonly presets: readonly Preset[];
  readonly groups: readonly PermissionGroup[];
  readonly choice: Choice;
  /** The ways that this app and this browser have, the best one first; none without an app. */
  readonly ways: readonly Way[];
  /** What the account has now that is signed in again, and what the form starts with. */
  readonly change: { readonly had: readonly string[]; readonly wanted: readonly string[] } | undefined;
  readonly open: readonly SignIn[];
  readonly wrong: Wrong;
  readonly formToken: string;
  readonly now: Time;
}

/** Where a sign-in begins. */
export function ConnectPage(props: ConnectProps): Html {
  const { say, choice, ways, change, wrong } = props;
  const [best, ...others] = ways;
  if (best === undefined) return <NoApp say={say} />;
  const again = choice.expected !== "";
  return (
    <>
      <h1>{again ? say("connect.title_again", { name: choice.expected }) : say("connect.title")}</h1>
      {again && <p>{say("connect.again_intro")}</p>}
      <form method="post" action="/connect">
        <FormToken token={props.formToken} />
        {again && <input type="hidden" name="for" value={choice.expected} />}
        <section class="card">
          <WayButton say={say} way={best} />
        </section>
        {change !== undefined && <Difference say={say} {...change} />}
        <Permissions
          say={say}
          presets={props.presets}
          groups={props.groups}
          choice={choice}
          had={change?.had}
          error={wrong.scopes}
        />
        <Details say={say} choice={choice} error={wrong.reclaim} />
        <section class="card">
          <h2>{say("connect.other_ways")}</h2>
          {others.map((way) => <WayButton key={way} say={say} way={way} quiet />)}
          {others.length === 0 && <p class="hint">{say("connect.codes_only")}</p>}
        </section>
      </form>
      <OpenSignIns say={say} open={props.open} formToken={props.formToken} now={props.now} />
    </>
  );
}

function NoApp({ say }: { readonly say: Say }): Html {
  return (
    <section class="card empty">
      <h1>{say("connect.no_app_title")}</h1>
      <p>{say("connect.no_app")}</p>
      <p class="actions">
        <a class="button" href="/settings/app">{say("connect.no_app_button")}</a>
      </p>
    </section>
  );
}

function WayButton(
  { say, way, quiet }: { readonly say: Say; readonly way: Way; readonly quiet?: true },
): Html {
  const hint = `way-${way}`;
  return (
    <div class="sign-in-way">
      <button type="submit" name="way" value={way} class={quiet && "quiet"} aria-describedby={hint}>
        {say(`connect.way_${way}`)}
      </button>
      <span class="hint" id={hint}>{say(`connect.way_${way}_hint`)}</span>
    </div>
  );
}

interface DetailsProps {
  readonly say: Say;
  readonly choice: Choice;
  readonly error: string | undefined;
}

function Details({ say, choice, error }: DetailsProps): Html {
  return (
    <details class="card" open={error !== undefined}>
      <summary>{say("connect.details")}</summary>
      <Field
        name="label"
        label={say("connect.label")}
        value={choice.label}
        hint={say("connect.label_hint")}
        most={60}
      />
      <Field
        name="sent_to"
        label={say("connect.sent_to")}
        value={choice.sentTo}
        hint={say("connect.sent_to_hint")}
        most={60}
      />
      <Field
        name="reclaim"
        type="password"
        label={say("connect.reclaim")}
        hint={say("connect.reclaim_hint")}
        error={error}
        most={100}
        say={say}
      />
    </details>
  );
}

interface OpenProps {
  readonly say: Say;
  readonly open: readonly SignIn[];
  readonly formToken: string;
  readonly now: Time;
}

function OpenSignIns({ say, open, formToken, now }: OpenProps): Html | null {
  if (open.length === 0) return null;
  return (
    <section class="card">
      <h2>{say("connect.open_title")}</h2>
      <ul class="names">
        {open.map((signIn) => {
          const who = signIn.wish.sentTo || say("connect.nobody");
          return (
            <li>
              <span>{openText(say, signIn, now)}</span>
              <span class="actions">
                <a
                  class="button quiet"
                  href={signInPath(signIn)}
                  aria-label={say("connect.go_on_for", { who })}
                >
                  {say("connect.go_on")}
                </a>
                <form method="post" action={cancelPath(signIn)}>
                  <FormToken token={formToken} />
                  <button type="submit" class="link" aria-label={say("connect.cancel_for", { who })}>
                    {say("common.cancel")}
                  </button>
                </form>
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function openText(say: Say, signIn: SignIn, now: Time): Html {
  const { kind, wish: { sentTo = "" } } = signIn;
  const endsAt = kind === "link" ? signIn.endsAt : signIn.begun.endsAt;
  const lapsed = kind === "device" && (signIn.state.kind === "failed" || now >= endsAt);
  const key = lapsed ? "lapsed" : kind;
  const values = { who: sentTo, time: say.moment(endsAt) };
  return say.rich(sentTo === "" ? `connect.open_${key}` : `connect.open_${key}_for`, values);
}

/** The page of a sign-in that has begun. */
export function signInPath({ kind, ref }: Pick<SignIn, "kind" | "ref">): string {
  return `/connect/${kind}/${ref.reveal()}`;
}

/** Where the form is sent that ends it. */
export function cancelPath({ ref }: Pick<SignIn, "ref">): string {
  return `/connect/attempts/${ref.reveal()}/cancel`;
}
