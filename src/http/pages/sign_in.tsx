/** The doors: the password, the setup code, the first password. */
import type { Say } from "../words/say.tsx";
import type { Html } from "./layout.tsx";
import { Field, FormToken, Notice } from "./parts.tsx";

/** As `core/password_rules.ts` has it, for the hint; the browser counts otherwise, so the limit of the field is wider. */
const LONGEST_TYPED = 1000;

interface DoorProps {
  readonly say: Say;
  readonly formToken: string;
  /** What was wrong with what was typed, in whole sentences. */
  readonly error: string | undefined;
}

/** For somebody who has the password. */
export function SignInPage(
  { say, formToken, error, to, notice }: DoorProps & {
    /** Where to go then. */
    readonly to: string;
    readonly notice: string | undefined;
  },
): Html {
  return (
    <>
      {notice !== undefined && <Notice>{notice}</Notice>}
      <h1>{say("sign_in.title")}</h1>
      <section class="card">
        <form method="post" action="/sign-in">
          <FormToken token={formToken} />
          <input type="hidden" name="to" value={to} />
          <Owner />
          <Field
            name="password"
            type="password"
            label={say("sign_in.password")}
            autocomplete="current-password"
            most={LONGEST_TYPED}
            required
            say={say}
            error={error}
          />
          <p class="actions">
            <button type="submit">{say("sign_in.submit")}</button>
          </p>
        </form>
      </section>
      <details>
        <summary>{say("sign_in.lost")}</summary>
        <p>{say.rich("sign_in.lost_text")}</p>
      </details>
    </>
  );
}

/** For somebody who has nothing yet: where the setup code is, and the field for it. */
export function CodePage({ say, formToken, error }: DoorProps): Html {
  return (
    <>
      <h1>{say("welcome.code_title")}</h1>
      <p>{say("welcome.code_intro")}</p>
      <section class="card">
        <form method="post" action="/welcome">
          <FormToken token={formToken} />
          <Field
            name="code"
            label={say("welcome.code")}
            hint={say("welcome.code_hint")}
            most={100}
            required
            error={error}
          />
          <p class="actions">
            <button type="submit">{say("common.next")}</button>
          </p>
        </form>
      </section>
      <h2>{say("welcome.where_title")}</h2>
      <ul>
        <li>{say("welcome.where_terminal")}</li>
        <li>{say.rich("welcome.where_log")}</li>
        <li>{say.rich("welcome.where_command")}</li>
      </ul>
    </>
  );
}

/** For somebody who has shown the setup code. */
export function WelcomePage(
  { say, formToken, error, code }: DoorProps & { readonly code: string },
): Html {
  return (
    <>
      <h1>{say("welcome.title")}</h1>
      <p>{say("welcome.intro")}</p>
      <section class="card">
        <form method="post" action="/welcome">
          <FormToken token={formToken} />
          <input type="hidden" name="code" value={code} />
          <Owner />
          <Field
            name="password"
            type="password"
            label={say("welcome.password")}
            hint={say("welcome.password_hint")}
            autocomplete="new-password"
            most={LONGEST_TYPED}
            required
            say={say}
            error={error}
          />
          <p class="actions">
            <button type="submit">{say("welcome.submit")}</button>
          </p>
        </form>
      </section>
    </>
  );
}

/** There is one user, whom password managers want to have a name. */
function Owner(): Html {
  return <input type="text" name="username" value="companion-token-server" autocomplete="username" hidden />;
}
