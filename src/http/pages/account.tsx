import type { Time } from "../../core/account.ts";
import type { AccountView } from "../../core/accounts.ts";
import type { CompanionChoice } from "../../core/companion_choice.ts";
import type { Tested } from "../test_question.ts";
import type { Say } from "../words/say.tsx";
import { pathOf } from "./account_changes.tsx";
import { CompanionCard } from "./companion_card.tsx";
import type { Html } from "./layout.tsx";
import { Field, FormToken, Notice } from "./parts.tsx";
import { ScopeList } from "./scope_list.tsx";
import { type SignedIn, SignedInNotice } from "./signed_in.tsx";
import { conditionOf, Facts, nameOf, StateLine, Story } from "./state.tsx";
import { TestedCard } from "./tested.tsx";

interface AccountProps {
  readonly say: Say;
  readonly view: AccountView;
  readonly locked: boolean;
  /** Just signed in: how that ended. */
  readonly result: SignedIn | undefined;
  /** What the last test has found. */
  readonly tested: Tested | undefined;
  readonly notice: string | undefined;
  readonly baseUrls: readonly string[];
  /** What the ready-made buttons need. */
  readonly buttonScopes: readonly string[];
  readonly choice: CompanionChoice;
  readonly formToken: string;
  readonly now: Time;
}

/** One account: how it is, what to enter where, and what can be done with it. */
export function AccountPage(props: AccountProps): Html {
  const { say, view, locked, now, result, tested, notice, formToken } = props;
  const condition = conditionOf(view, locked);
  return (
    <>
      {notice !== undefined && <Notice>{notice}</Notice>}
      {result !== undefined && <SignedInNotice say={say} result={result} />}
      <div class="headline">
        <h1>{nameOf(view)}</h1>
        <StateLine say={say} condition={condition} />
      </div>
      <section class="card">
        <Story say={say} view={view} locked={locked} now={now} />
        <Facts say={say} view={view} now={now} renewed />
        {!locked && <Actions say={say} view={view} token={formToken} ended={condition === "needs_login"} />}
      </section>
      {tested !== undefined && <TestedCard say={say} tested={tested} alias={view.alias} now={now} />}
      <OldIds say={say} view={view} token={formToken} />
      <CompanionCard
        say={say}
        view={view}
        baseUrls={props.baseUrls}
        buttonScopes={props.buttonScopes}
        choice={props.choice}
        formToken={formToken}
      />
      <Permissions say={say} view={view} />
      {!locked && <Settings say={say} view={view} token={formToken} />}
      <Details say={say} view={view} />
    </>
  );
}

interface PartProps {
  readonly say: Say;
  readonly view: AccountView;
  readonly token: string;
}

function Actions({ say, view, token, ended }: PartProps & { readonly ended: boolean }): Html {
  const act = (what: "test" | "refresh"): Html => (
    <form method="post" action={`${pathOf(view)}/${what}`}>
      <FormToken token={token} />
      <button type="submit" class={ended || what === "refresh" ? "quiet" : undefined}>
        {say(`account.${what}`)}
      </button>
    </form>
  );
  return (
    <>
      <div class="actions">
        {act("test")}
        {act("refresh")}
        <a class={ended ? "button" : "button quiet"} href={connectPath(view)}>{say("account.reconnect")}</a>
      </div>
      <p class="hint">{say.rich("account.refresh_hint")}</p>
    </>
  );
}

function connectPath({ alias }: AccountView): string {
  return `/connect?for=${encodeURIComponent(alias)}`;
}

function OldIds({ say, view, token }: PartProps): Html | null {
  if (view.oldIds.length === 0) return null;
  return (
    <section class="card">
      {view.oldIds.map(({ endsAt }) => (
        <p>
          {endsAt === undefined
            ? say("companion.old_endless")
            : say("companion.old_until", { moment: say.moment(endsAt) })}
        </p>
      ))}
      <form class="actions" method="post" action={`${pathOf(view)}/old-ids`}>
        <FormToken token={token} />
        <button type="submit" class="quiet">{say("companion.end_old")}</button>
      </form>
    </section>
  );
}

function Permissions({ say, view }: Omit<PartProps, "token">): Html {
  const { scopes } = view;
  return (
    <details class="card">
      <summary>
        <h2>{say("account.permissions")}</h2>
      </summary>
      <p>
        {scopes.length === 0
          ? say("account.permissions_none")
          : say.count("account.permissions_count", scopes.length)}
      </p>
      <ScopeList say={say} scopes={scopes} />
      <p class="actions">
        <a class="button quiet" href={connectPath(view)}>{say("account.permissions_change")}</a>
      </p>
    </details>
  );
}

function Settings({ say, view, token }: PartProps): Html {
  const path = pathOf(view);
  return (
    <section class="card">
      <form method="post" action={`${path}/label`}>
        <FormToken token={token} />
        <Field
          name="label"
          label={say("account.name")}
          hint={say("account.name_hint")}
          value={view.label}
          most={60}
        />
        <p class="actions">
          <button type="submit" class="quiet">{say("account.rename")}</button>
        </p>
      </form>
      <h2>{say("account.relay")}</h2>
      <p>{say(view.relay ? "account.relay_on" : "account.relay_off")}</p>
      <form class="actions" method="post" action={`${path}/relay`}>
        <FormToken token={token} />
        <button type="submit" name="relay" value={view.relay ? "off" : "on"} class="quiet">
          {say(view.relay ? "account.relay_switch_off" : "account.relay_switch_on")}
        </button>
      </form>
      <h2>{say("protect.heading")}</h2>
      <p>{say(view.protected ? "protect.is_on" : "protect.is_off")}</p>
      <p class="actions">
        <a class="button quiet" href={`${path}/password`}>
          {say(view.protected ? "protect.change_link" : "protect.link")}
        </a>
      </p>
      <h2>{say("account.end")}</h2>
      <p>
        <a href={`${path}/id`}>{say("account.new_id_link")}</a>
        <br />
        <small>{say("account.new_id_hint")}</small>
      </p>
      <p>
        <a class="danger" href={`${path}/remove`}>{say("account.remove_link")}</a>
        <br />
        <small>{say("account.remove_hint")}</small>
      </p>
    </section>
  );
}

function Details({ say, view }: Omit<PartProps, "token">): Html {
  const rows = [
    [say("account.twitch_login"), view.login],
    [say("account.twitch_id"), view.twitchId],
    [say("account.alias"), view.alias],
    [say("account.client_id"), view.clientId],
  ] as const;
  return (
    <details class="card">
      <summary>
        <h2>{say("account.details")}</h2>
      </summary>
      <dl class="facts">
        {rows.map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </>
        ))}
      </dl>
    </details>
  );
}
