import type { Time } from "../../core/account.ts";
import type { AccountView } from "../../core/accounts.ts";
import type { Step } from "../../core/start_steps.ts";
import type { Say } from "../words/say.tsx";
import { CompanionFields } from "./companion_fields.tsx";
import { type Headline, HeadlineText } from "./headline.tsx";
import type { Html } from "./layout.tsx";
import { FormToken, Notice } from "./parts.tsx";
import { OpenStepsCard } from "./start.tsx";
import { type UnlockOffer, UnlockPart } from "./unlock.tsx";
import { conditionOf, Facts, nameOf, StateLine, Story } from "./state.tsx";

interface HomeProps {
  readonly say: Say;
  /** Those of this page of the list. */
  readonly accounts: readonly AccountView[];
  /** With many accounts a card only says how they are; the rest stands on the account's page. */
  readonly brief: boolean;
  /** Undefined before the first account. */
  readonly headline: Headline | undefined;
  readonly page: number;
  readonly pages: number;
  /** Why the vault is locked. */
  readonly locked: string | undefined;
  /** Undefined where nothing that is typed opens the logins. */
  readonly unlock: UnlockOffer | undefined;
  readonly hasApp: boolean;
  readonly refusedHosts: readonly string[];
  /** What is left of the first start. */
  readonly openSteps: readonly Step[];
  readonly notice: Html | undefined;
  readonly baseUrls: readonly string[];
  readonly formToken: string;
  readonly now: Time;
}

/** The first page: how all is in one look, every account as a card, or how to get the first one. */
export function HomePage(props: HomeProps): Html {
  const { say, accounts, locked, headline, notice } = props;
  return (
    <>
      {notice !== undefined && <Notice>{notice}</Notice>}
      {headline !== undefined && <HeadlineText headline={headline} />}
      {locked !== undefined && (
        <section class="card bad">
          <p>{say.sentence(locked)}.</p>
        </section>
      )}
      {props.unlock !== undefined && (
        <UnlockPart
          say={say}
          offer={props.unlock}
          formToken={props.formToken}
        />
      )}
      {accounts.length === 0 && locked === undefined && <FirstSteps say={say} hasApp={props.hasApp} />}
      {accounts.length > 0 && <Accounts {...props} />}
      <OpenStepsCard say={say} steps={props.openSteps} formToken={props.formToken} />
      {props.refusedHosts.length > 0 && (
        <RefusedHosts say={say} names={props.refusedHosts} token={props.formToken} />
      )}
    </>
  );
}

function FirstSteps({ say, hasApp }: { readonly say: Say; readonly hasApp: boolean }): Html {
  return (
    <section class="card empty">
      <h1>{say("home.nobody")}</h1>
      <p>{say(hasApp ? "home.nobody_app" : "home.nobody_start")}</p>
      <p class="actions">
        {hasApp
          ? <a class="button" href="/connect">{say("home.sign_in")}</a>
          : <a class="button" href="/start">{say("home.begin")}</a>}
      </p>
    </section>
  );
}

function Accounts(props: HomeProps): Html {
  const { say, accounts, locked, page, pages } = props;
  return (
    <section aria-labelledby="accounts">
      <div class="headline">
        <h2 id="accounts">{say("home.list")}</h2>
        {locked === undefined && <a class="button quiet" href="/connect">{say("home.sign_in_another")}</a>}
      </div>
      <ul class={props.brief ? "cards brief" : "cards"}>
        {accounts.map((view) =>
          props.brief
            ? <BriefCard key={view.alias} {...props} view={view} />
            : <AccountCard key={view.alias} {...props} view={view} />
        )}
      </ul>
      {pages > 1 && <Pages say={say} page={page} pages={pages} />}
    </section>
  );
}

type CardProps = HomeProps & { readonly view: AccountView };

function BriefCard({ say, view, locked, now }: CardProps): Html {
  return (
    <li class="card">
      <h3>
        <a href={pathOf(view)}>{nameOf(view)}</a>
      </h3>
      <StateLine say={say} condition={conditionOf(view, locked !== undefined)} />
      <Facts say={say} view={view} now={now} />
    </li>
  );
}

function AccountCard({ say, view, locked, now, baseUrls, formToken }: CardProps): Html {
  const name = nameOf(view);
  const condition = conditionOf(view, locked !== undefined);
  return (
    <li class="card">
      <div class="headline">
        <h3>
          <a href={pathOf(view)}>{name}</a>
        </h3>
        <StateLine say={say} condition={condition} />
      </div>
      {name !== view.login && <p class="hint">{view.login}</p>}
      <Story say={say} view={view} locked={locked !== undefined} now={now} />
      <Facts say={say} view={view} now={now} />
      {locked === undefined && (
        <details>
          <summary>{say("home.fields")}</summary>
          <CompanionFields say={say} view={view} baseUrls={baseUrls} />
          <p class="hint">{say("companion.secret")}</p>
        </details>
      )}
      {locked === undefined && (
        <CardActions say={say} view={view} token={formToken} ended={condition === "needs_login"} />
      )}
    </li>
  );
}

interface ActionsProps {
  readonly say: Say;
  readonly view: AccountView;
  readonly token: string;
  /** Only a sign-in helps. */
  readonly ended: boolean;
}

function CardActions({ say, view, token, ended }: ActionsProps): Html {
  const name = nameOf(view);
  const act = (what: "test" | "refresh"): Html => (
    <form method="post" action={`${pathOf(view)}/${what}`}>
      <FormToken token={token} />
      <button type="submit" class="quiet small" aria-label={say(`home.${what}_of`, { name })}>
        {say(`home.${what}`)}
      </button>
    </form>
  );
  return (
    <div class="actions">
      {!ended && act("test")}
      {!ended && act("refresh")}
      <a
        class={ended ? "button small" : "button quiet small"}
        href={`/connect?for=${encodeURIComponent(view.alias)}`}
        aria-label={say("home.reconnect_of", { name })}
      >
        {say("home.reconnect")}
      </a>
      <a class="button quiet small" href={pathOf(view)} aria-label={say("home.more_of", { name })}>
        {say("common.more")}
      </a>
    </div>
  );
}

function pathOf({ alias }: AccountView): string {
  return `/accounts/${encodeURIComponent(alias)}`;
}

interface PagesProps {
  readonly say: Say;
  readonly page: number;
  readonly pages: number;
}

function Pages({ say, page, pages }: PagesProps): Html {
  return (
    <nav class="actions" aria-label={say("home.pages")}>
      {page > 1 && <a class="button quiet" rel="prev" href={`/?page=${page - 1}`}>{say("home.earlier")}</a>}
      <span>{say("home.page_of", { page, pages })}</span>
      {page < pages && <a class="button quiet" rel="next" href={`/?page=${page + 1}`}>{say("home.later")}</a>}
    </nav>
  );
}

interface HostsProps {
  readonly say: Say;
  readonly names: readonly string[];
  readonly token: string;
}

function RefusedHosts({ say, names, token }: HostsProps): Html {
  return (
    <section class="card">
      <h2>{say("home.hosts")}</h2>
      <p>{say("home.hosts_story")}</p>
      <ul class="names">
        {names.map((name) => (
          <li>
            <code>{name}</code>
            <form method="post" action="/hosts">
              <FormToken token={token} />
              <input type="hidden" name="name" value={name} />
              <button type="submit" class="quiet small" aria-label={say("home.allow_of", { name })}>
                {say("home.allow")}
              </button>
            </form>
          </li>
        ))}
      </ul>
    </section>
  );
}
