import type { Say } from "../words/say.tsx";
import type { Html } from "./layout.tsx";
import { CopyText, Field, FormToken, Notice } from "./parts.tsx";

/** What was wrong with which field. */
export interface AppErrors {
  readonly clientId?: string | Html | undefined;
  readonly clientSecret?: string | Html | undefined;
}

/** The Twitch app and the form for it. */
export interface AppPartProps {
  readonly say: Say;
  /** The app that is set up now; its secret is never shown. */
  readonly present: { readonly clientId: string; readonly hasSecret: boolean } | undefined;
  /** Flag or environment name it. */
  readonly fixed: boolean;
  readonly hasAccounts: boolean;
  readonly redirectUri: string;
  readonly typedClientId: string;
  readonly isPublic: boolean;
  readonly errors: AppErrors;
  readonly notice: string | Html | undefined;
  readonly formToken: string;
  /** Where the form is sent to. */
  readonly action: string;
}

/** The steps at Twitch's console, and the form for what they yield. */
export function AppPart(props: AppPartProps): Html {
  const { say, present, notice, redirectUri } = props;
  return (
    <>
      {notice !== undefined && <Notice>{notice}</Notice>}
      <p>{say("app.intro")}</p>
      {present !== undefined && <Present say={say} {...present} />}
      {props.fixed
        ? (
          <section class="card">
            <h2>{say("app.fixed_title")}</h2>
            <p>{say.rich("app.fixed")}</p>
          </section>
        )
        : (
          <>
            <AppSteps say={say} redirectUri={redirectUri} open={present === undefined} />
            <AppForm {...props} />
          </>
        )}
    </>
  );
}

function Present(
  { say, clientId, hasSecret }: { say: Say; readonly clientId: string; readonly hasSecret: boolean },
): Html {
  return (
    <section class="card">
      <h2>{say("app.now_title")}</h2>
      <p>{say.rich(hasSecret ? "app.now_secret" : "app.now_public", { id: clientId })}</p>
    </section>
  );
}

interface StepsProps {
  readonly say: Say;
  readonly redirectUri: string;
  /** Folded where there is an app already. */
  readonly open: boolean;
}

function AppSteps({ say, redirectUri, open }: StepsProps): Html {
  return (
    <details class="card" open={open}>
      <summary>
        <h2>{say("app.steps_title")}</h2>
      </summary>
      <ol class="steps">
        <li>{say.rich("app.step_open")}</li>
        <li>{say.rich("app.step_name")}</li>
        <li>
          {say.rich("app.step_redirect")}
          <CopyText say={say} text={redirectUri} id="redirect" label={say("app.redirect_label")} />
        </li>
        <li>{say.rich("app.step_category")}</li>
        <li>{say.rich("app.step_type")}</li>
        <li>{say.rich("app.step_create")}</li>
        <li>{say.rich("app.step_secret")}</li>
      </ol>
    </details>
  );
}

function AppForm(props: AppPartProps): Html {
  const { say, errors } = props;
  const keeps = props.present?.hasSecret === true;
  return (
    <form class="card" method="post" action={props.action}>
      <h2>{say("app.form_title")}</h2>
      <FormToken token={props.formToken} />
      <Field
        name="client_id"
        label={say("app.client_id")}
        value={props.typedClientId}
        error={errors.clientId}
        required
        most={64}
      />
      <Field
        name="client_secret"
        label={say("app.client_secret")}
        type="password"
        hint={keeps ? say("app.secret_keep") : undefined}
        error={errors.clientSecret}
        most={64}
        say={say}
      />
      <details open={props.isPublic}>
        <summary>{say("app.public_summary")}</summary>
        <p>{say("app.public_text")}</p>
        <p>
          <label class="choice">
            <input type="checkbox" name="public" value="yes" checked={props.isPublic} />{" "}
            {say("app.public_box")}
          </label>
        </p>
      </details>
      {props.hasAccounts && <p class="hint">{say("app.other_app")}</p>}
      <p class="actions">
        <button type="submit">{say("app.save")}</button>
        <span class="hint">{say("app.checking")}</span>
      </p>
    </form>
  );
}
